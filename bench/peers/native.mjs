// @ts-check
/** uWebSockets.js as npm has it. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * @returns the API of uWebSockets.js
 * @throws where there is no binary for this Node; the package's own stand-in, written in JavaScript, is not what is compared
 */
export function loadNative() {
  const name = `uws_${process.platform}_${process.arch}_${process.versions.modules}.node`;
  return require(`@trufflesuite/uws-js-unofficial/binaries/${name}`);
}
