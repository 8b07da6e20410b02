/** An answer as a promise: clients before 4.x call back, and wait for as long as it takes. */
export function answered(patience, ask) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), patience);
    ask((answer) => {
      clearTimeout(timer);
      resolve(answer);
    });
  });
}
