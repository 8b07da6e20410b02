/** A table of few names, as light as it can be: each socket of each client has one, of its listeners. */

export type Name = string | symbol;

/**
 * Few names stand in a list, each with its value behind it: for five, a `Map` takes twice as much. The functions here
 * make a new list, or change the map that it has become.
 */
export type Table<Value> = readonly (Name | Value)[] | Map<Name, Value>;

/** Most names of a list: finding one in a map takes equally long however many there are. */
const FEW = 8;

/** The value of a name. */
export function valueIn<Value>(table: Table<Value> | undefined, name: Name): Value | undefined {
  if (table === undefined) return undefined;
  if (table instanceof Map) return table.get(name);
  const place = placeOf(table, name);
  return place < 0 ? undefined : (table[place + 1] as Value);
}

/** A table in which the name has this value; a new name is the last. */
export function including<Value>(table: Table<Value> | undefined, name: Name, value: Value): Table<Value> {
  if (table === undefined) return [name, value];
  if (table instanceof Map) return table.set(name, value);
  const place = placeOf(table, name);
  if (place >= 0) return table.with(place + 1, value);
  return table.length < 2 * FEW ? table.concat([name, value]) : mapOf(table).set(name, value);
}

/** A table without that name; `undefined` if there is no other. */
export function excluding<Value>(table: Table<Value> | undefined, name: Name): Table<Value> | undefined {
  if (table === undefined) return undefined;
  if (table instanceof Map) return table.delete(name) && table.size === 0 ? undefined : table;
  const place = placeOf(table, name);
  if (place < 0) return table;
  return table.length > 2 ? table.toSpliced(place, 2) : undefined;
}

/** The names in the order of their coming. */
export function namesIn<Value>(table: Table<Value> = []): Name[] {
  if (table instanceof Map) return [...table.keys()];
  return table.filter((_, place) => place % 2 === 0) as Name[];
}

function placeOf<Value>(list: readonly (Name | Value)[], name: Name): number {
  for (let place = 0; place < list.length; place += 2) if (list[place] === name) return place;
  return -1;
}

function mapOf<Value>(list: readonly (Name | Value)[]): Map<Name, Value> {
  return new Map(namesIn(list).map((name, index) => [name, list[2 * index + 1] as Value]));
}
