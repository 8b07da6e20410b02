/** Every bound of the demo in one place: whatever grows on this server stops here. */
export const limits = Object.freeze({
  /** Most characters in a user's name. */
  nameLength: 24,
  /** Most characters in a room's name. */
  roomNameLength: 24,
  /** Most characters in one message. */
  textLength: 2_000,
  /** Most bytes in one picture. */
  pictureBytes: 700_000,
  /** Most pixels along one side of a picture. */
  pictureSide: 20_000,
  /** Most rooms at once; beyond it the oldest empty one makes way. */
  rooms: 24,
  /** Most messages kept per room. */
  historyMessages: 50,
  /** Most bytes kept per room, pictures included. */
  historyBytes: 6_000_000,
  /** Most people named in a room's list; the count still says how many there are. */
  listedPeople: 100,
  /** Most windows connected at once, all users together. */
  windows: 500,
  /** Most signed-in sessions kept; beyond it the one unused for longest is forgotten. */
  sessions: 5_000,
  /** Milliseconds that an unused session is kept. */
  sessionAge: 12 * 60 * 60 * 1_000,
  /** Events of any kind from one window: a burst, then so many a second. Beyond it the connection ends. */
  events: { burst: 120, perSecond: 30 },
  /** Messages from one window: a burst, then so many a second. Beyond it the sender is asked to wait. */
  messages: { burst: 8, perSecond: 1 },
});
