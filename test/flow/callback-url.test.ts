import { describe, expect, it } from 'vitest'
import { startSimulator } from '../../lib/simulator/index.ts'
import { Browser } from '../support/browser.ts'
import { startService } from '../support/service.ts'

describe('a callback URL', () => {
  it.each(['/auth/callback', '/auth/callback/', '/signed/in/', '/Callback', '/a%20b', '/callback.html'])(
    '[CB-10] of the path %s is sent unchanged, and finishes the sign-in',
    async (path) => {
      const op = await startSimulator()
      try {
        await using service = await startService((url) => {
          op.register({ redirectUris: [`${url}${path}`] })
          return { ...op.options, callbackURL: `${url}${path}`, postLogoutRedirectURL: undefined }
        })
        const page = await new Browser().visit(`${service.url}/account`)
        expect(JSON.parse(page.body)).toMatchObject({ sub: expect.any(String) as string })
        const sent = op.requests.flatMap(({ endpoint, params, requestObject }) =>
          endpoint === 'authorize'
            ? [requestObject?.claims.redirect_uri]
            : endpoint === 'token'
              ? [params.redirect_uri]
              : [],
        )
        expect(sent).toEqual([`${service.url}${path}`, `${service.url}${path}`])
      } finally {
        await op.close()
      }
    },
  )
})
