/** What waits for clients and for programs: sums that each socket adds its own to. */
export interface Load {
  /** Mailboxes that somebody reads, or may. */
  mailboxes: number;
  /** Messages in them. */
  messages: number;
  /** Bytes of those on the wire. */
  bytes: number;
  /** Acknowledgements that clients owe. */
  acks: number;
}
