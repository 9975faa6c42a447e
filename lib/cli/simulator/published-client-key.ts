import { createPublicKey } from 'node:crypto'

const modulus =
  'mXXR3EsRvUMVhEJMtQ1wexJjfQ00Q0MQ7ARfShN53BnOQEPFnS_I8ntBddkKdE3q-vMTI72w6Fv3SsMM-ciR2LIHdEQfKgsLt6PGNcV1kG6GG_3nSW3psW8w65Q3fmy81P1748qezDrVfaGrF4PDXALzX1ph-nz8mpKmck6aY6L' +
  'EUJ4B-TIfYzlKmmwFe3ri0spSW-J5wE9mmT3VkR2ySuHRYHQlxlF9dfX7ltOTsbgJFzN6TO01ZQDhY0iLwzdGwhSxO6R6N_ZINYHCKFPaQD-tdKsrw7QDIYnx0IiXFnkGnizl3UtqSmXAaceTvPM2Pz84x2JiwHrp2Sml6RYLCQ'

/**
 * The public key, in PEM, that the official simulator's documentation publishes with its private key. The official
 * simulator accepts it if no other key is set, and most services that use that simulator sign with it.
 */
export const publishedClientKey = createPublicKey({
  key: { kty: 'RSA', n: modulus, e: 'AQAB' },
  format: 'jwk',
})
  .export({ type: 'spki', format: 'pem' })
  .toString()
