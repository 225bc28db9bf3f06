// fetch over mutual TLS the ordinary way: an https agent with a certificate, its key and the authority to believe. Names are not
// checked when serverUri is given; the server's certificate must have that URI instead, as SPIFFE certificates do.
import { Agent, request } from 'node:https';
import { Readable } from 'node:stream';

export function tlsFetch({ cert, key, ca, serverUri }) {
  const agent = new Agent({
    cert, key, ca, minVersion: 'TLSv1.3',
    checkServerIdentity: serverUri === undefined ? undefined : (_, { subjectaltname = '' }) =>
      subjectaltname.split(', ').includes(`URI:${serverUri}`) ? undefined : new Error(`The server is ${subjectaltname}, not ${serverUri}.`),
  });
  return (url, { method = 'GET', headers = {}, body, signal } = {}) => new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers, signal }, (incoming) => {
      const empty = incoming.statusCode === 204 || incoming.statusCode === 304;
      resolve(new Response(empty ? null : Readable.toWeb(incoming), { status: incoming.statusCode, headers: incoming.headers }));
      if (empty) incoming.resume();
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
