// Reads {"card":…,"jwk":…} from stdin and verifies the card's signature with the SDK and that key; prints "verified" or why not.
import { text } from 'node:stream/consumers';
import { importJWK } from 'jose';
import { verifyAgentCardSignature } from '@a2a-js/sdk';

const { card, jwk } = JSON.parse(await text(process.stdin));
console.debug = () => {};
try {
  await verifyAgentCardSignature(async (kid) => {
    if (kid !== jwk.kid) throw new Error('unknown key');
    return importJWK(jwk, jwk.alg);
  })(card);
  console.log('verified');
} catch (e) {
  console.log(e.message);
}
