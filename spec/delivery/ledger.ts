/** What each session was owed, what each traveller got, and what is wrong between the two. */

/** Something that a traveller has noticed. */
export type Note =
  /** It is connected; `session` is the id of its socket. */
  | { readonly session: string; readonly recovered: boolean }
  /** An event with that number. */
  | { readonly event: number };

/** What is wrong. */
export interface Fault {
  readonly kind: 'lost' | 'doubled' | 'out of order' | 'not owed' | 'another session';
  readonly traveller: string;
  readonly session: string;
  readonly event: number;
}

/** Numbers of the events that each session was owed, in order. */
export type Debts = ReadonlyMap<string, readonly number[]>;

/**
 * Looks for faults. In a session that goes on (`recovered` each time) nothing may be missing between two events; only
 * the end of a session that was not recovered may be lost, or of one that is not over.
 * @param complete whether everything has arrived, so that nothing may be missing at the end either
 */
export function audit(traveller: string, notes: readonly Note[], debts: Debts, complete: boolean): Fault[] {
  const faults: Fault[] = [];
  const seen = new Set<number>();
  const sessions: string[] = [];
  const got = new Map<string, number[]>();
  let latest = 0;
  const find = (kind: Fault['kind'], event: number): void => {
    faults.push({ kind, traveller, session: sessions.at(-1) ?? '', event });
  };
  for (const note of notes) {
    if ('session' in note) {
      if (note.recovered !== (sessions.at(-1) === note.session)) find('another session', latest);
      if (!note.recovered) sessions.push(note.session);
      continue;
    }
    const { event } = note;
    if (seen.has(event)) find('doubled', event);
    else if (event < latest) find('out of order', event);
    seen.add(event);
    latest = Math.max(latest, event);
    // A client tells what has come before the CONNECT when that has come: it may be the end of the session before.
    const owner = sessions.findLast((session) => debts.get(session)?.includes(event));
    if (owner === undefined) find('not owed', event);
    else got.set(owner, [...(got.get(owner) ?? []), event]);
  }
  for (const session of sessions) {
    const events = new Set(got.get(session));
    const last = session === sessions.at(-1) && complete ? Number.POSITIVE_INFINITY : Math.max(0, ...events);
    for (const event of debts.get(session) ?? [])
      if (event < last && !events.has(event)) faults.push({ kind: 'lost', traveller, session, event });
  }
  return faults;
}
