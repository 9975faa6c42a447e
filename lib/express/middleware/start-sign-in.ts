import type { RequestHandler } from 'express'
import type { RelyingParty } from '../relying-party.ts'
import type { SignInOptions } from '../../options/sign-in-options.ts'
import { redirect } from '../responses.ts'
import { handler } from '../handler.ts'

/**
 * Sends the browser to One Login, and afterwards to the page that the query's `returnTo` or the option names.
 */
export function signIn(relyingParty: RelyingParty, options: SignInOptions): RequestHandler {
  const settings = relyingParty.signInSettings(options)
  return handler(async (req, res) => {
    const wanted = new URLSearchParams(req.originalUrl.split('?')[1]).get('returnTo')
    const asked = wanted === null ? settings : { ...settings, returnTo: wanted }
    redirect(res, await relyingParty.start(req, asked))
  })
}
