/** The lists that a WebSocket handshake may bring: checked before anybody hears of a 101, in a time that grows with them. */
import type { IncomingHttpHeaders } from 'node:http';

// protocols  = 1#token                                   ; each once
// extensions = 1#( token *( ";" parameter ) )            ; RFC 6455, section 9.1
// parameter  = token [ "=" ( token / quoted-string ) ]   ; what is quoted is a token, too

const token = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]";
const TOKEN = new RegExp(`^${token}+$`);
/** One name or parameter, and what stands behind it; read one by one, so that nothing is ever read twice. */
const ITEM = new RegExp(
  `[ \\t]*${token}+[ \\t]*(=[ \\t]*(?:${token}+|"(?:${token}|\\\\${token})+")[ \\t]*)?([;,]|$)`,
  'y',
);

/** Whether what the client offers can be read; a client that writes it otherwise has to be refused. */
export function areLawful(headers: IncomingHttpHeaders): boolean {
  const { 'sec-websocket-protocol': protocols, 'sec-websocket-extensions': extensions } = headers;
  return (
    (protocols === undefined || areProtocols(protocols)) &&
    (extensions === undefined || areExtensions(extensions))
  );
}

/** Whether the client would compress its messages, as far as one sees without reading parameters. @see RFC 7692 */
export function offersDeflate({ 'sec-websocket-extensions': extensions = '' }: IncomingHttpHeaders): boolean {
  return /(?:^|,)[ \t]*permessage-deflate[ \t]*(?:[;,]|$)/.test(extensions);
}

function areProtocols(list: string): boolean {
  const names = list.split(',').map((name) => name.trim());
  return new Set(names).size === names.length && names.every((name) => TOKEN.test(name));
}

function areExtensions(list: string): boolean {
  ITEM.lastIndex = 0;
  for (let isName = true; ; ) {
    const [item, value, end] = ITEM.exec(list) ?? [];
    if (item === undefined || (isName && value !== undefined)) return false;
    if (end === '') return true;
    isName = end === ',';
  }
}
