/** Reads which file of a house imports which, and says where that breaks the plan of its floors. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix, relative, sep } from 'node:path';

/** A file and the files of the same house that it imports, types included. */
export type House = ReadonlyMap<string, readonly string[]>;

/** Where a room is: its floor, and its name on it. */
export interface Place {
  readonly floor: number;
  readonly room: string;
}

/** Rooms from the ground up; a folder is a room, and so are the loose files named together. */
export type Plan = readonly (readonly (string | readonly string[])[])[];

// import … from '…'    export … from '…'    import '…'    import('…')
const imports =
  /\b(?:import|export)\b(?:[\s\w*${},]|as)*?\bfrom\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]/g;

/** The specifiers in one file's text, comments left out. */
export function importsOf(text: string): string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(imports)].map((match) => match[1] ?? match[2] ?? '');
}

/** All TypeScript files under a folder, with what they import of each other; paths are relative to it. */
export function readHouse(folder: string): Map<string, string[]> {
  const house = new Map<string, string[]>();
  for (const [file, text] of textsOf(folder)) {
    const local = importsOf(text).filter((specifier) => specifier.startsWith('.'));
    house.set(
      file,
      local.map((specifier) => posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts')),
    );
  }
  return house;
}

/** Each TypeScript file under a folder with its text. */
export function textsOf(folder: string): [file: string, text: string][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => `${entry.parentPath}${sep}${entry.name}`)
    .map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path, 'utf8')]);
}

/** Where a file is, by the plan; `undefined` if nobody has planned it. */
export function placeOf(file: string, plan: Plan): Place | undefined {
  for (const [level, rooms] of plan.entries()) {
    for (const room of rooms) {
      const name = typeof room === 'string' ? room : room.join(' + ');
      const isHere = typeof room === 'string' ? inRoom(file, room) : room.some((one) => inRoom(file, one));
      if (isHere) return { floor: level + 1, room: name };
    }
  }
  return undefined;
}

function inRoom(file: string, room: string): boolean {
  return room.endsWith('/') ? file.startsWith(room) : file === room;
}

/** Every import that goes up, or sideways into another room, or to a file that is not there; and every file without a place. */
export function trespasses(house: House, plan: Plan): string[] {
  const found: string[] = [];
  for (const [file, imported] of house) {
    const from = placeOf(file, plan);
    if (!from) found.push(`${file} has no place`);
    for (const other of imported) {
      const to = placeOf(other, plan);
      if (!house.has(other)) found.push(`${file} imports ${other}, which is not there`);
      else if (from && to && to.floor > from.floor) found.push(`${file} imports ${other}: up`);
      else if (from && to && to.floor === from.floor && to.room !== from.room)
        found.push(`${file} imports ${other}: sideways`);
    }
  }
  return found;
}

/** Every group of files that import each other in a circle, each group in the order of their names. */
export function circles(house: House): string[][] {
  const reach = new Map([...house.keys()].map((file) => [file, reachableFrom(file, house)]));
  const groups = new Map<string, string[]>();
  for (const [file, reachable] of reach) {
    if (!reachable.has(file)) continue;
    const group = [...reachable].filter((other) => reach.get(other)?.has(file)).sort();
    groups.set(group.join(' '), group);
  }
  return [...groups.values()];
}

function reachableFrom(file: string, house: House): Set<string> {
  const reached = new Set<string>();
  const next = [...(house.get(file) ?? [])];
  for (let other = next.pop(); other !== undefined; other = next.pop()) {
    if (reached.has(other)) continue;
    reached.add(other);
    next.push(...(house.get(other) ?? []));
  }
  return reached;
}
