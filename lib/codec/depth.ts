/** How deep a value is that somebody else has made of what a client has sent. */

/** Level by level, each container once: whatever a parser makes, it may refer to itself. */
export function isDeeper(value: unknown, most: number): boolean {
  const seen = new Set<object>();
  let level: Record<string, unknown>[] = isTable(value) ? [value] : [];
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > most) return true;
    const next: Record<string, unknown>[] = [];
    for (const container of level) if (addContents(container, seen, next) && depth === most) return true;
    level = next;
  }
  return false;
}

/**
 * Adds the containers in one of them that have not been seen. Empty ones lead no further, and remembering a million of
 * them would take a third of a second.
 * @returns whether there is any
 */
function addContents(
  container: Readonly<Record<string, unknown>>,
  seen: Set<object>,
  next: Record<string, unknown>[],
): boolean {
  let has = false;
  for (const value of Array.isArray(container) ? container : Object.values(container)) {
    if (!isTable(value)) continue;
    has = true;
    if (isEmpty(value) || seen.has(value)) continue;
    seen.add(value);
    next.push(value);
  }
  return has;
}

function isTable(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

function isEmpty(container: object): boolean {
  if (Array.isArray(container)) return container.length === 0;
  for (const _ in container) return false;
  return true;
}
