import { createHash } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Settings } from '../../options/strategy-options.ts'

/** How long the keys can be cached, in seconds. One Login caches them for up to a day even so. */
const maxAge = 3600

/**
 * Publishes this service's public keys.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7517#section-5
 */
export function jwks({ signers }: Settings): RequestHandler {
  const keys = signers.map(({ kid, alg, publicJwk: { kty, n, e } }) => ({ kty, n, e, use: 'sig', alg, kid }))
  const body = JSON.stringify({ keys })
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`
  return function publishKeys(req, res) {
    if (req.method !== 'GET' && req.method !== 'HEAD') {
      res.set('Allow', 'GET, HEAD').status(405).end()
      return
    }
    // Express responds with 304 to a request that has this ETag.
    res.set({ 'Cache-Control': `public, max-age=${maxAge}`, ETag: etag })
    res.type('application/json').send(body)
  }
}
