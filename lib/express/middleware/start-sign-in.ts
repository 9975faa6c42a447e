import type { RequestHandler } from 'express'
import type { SignInOptions } from '../../options/sign-in-options.ts'
import { requestAddress } from '../callback-address.ts'
import { handler } from '../handler.ts'
import type { RelyingParty } from '../relying-party.ts'
import { redirect } from '../responses.ts'

/**
 * Sends the browser to One Login, and afterwards to the page that the query's `returnTo` or the option names. Somebody
 * who is not signed in yet and is to prove an identity is signed in first, and comes back here for it.
 */
export function startSignIn(relyingParty: RelyingParty, options: SignInOptions): RequestHandler {
  relyingParty.signInSettings(options)
  return handler(async (req, res) => {
    const settings = relyingParty.signInSettings(options)
    const { signedIn, fault } = await relyingParty.sessions.check(req)
    if (fault) throw fault
    if (settings.trust.identity && !signedIn) {
      const { uiLocales, loginHint, channel } = options
      const first = relyingParty.signInSettings({ vtr: ['Cl.Cm'], uiLocales, loginHint, channel })
      redirect(res, await relyingParty.start(req, res, first, { toThisPage: true }))
      return
    }
    const wanted = requestAddress(req).query.get('returnTo')
    const asked = wanted === null ? settings : { ...settings, returnTo: wanted }
    redirect(res, await relyingParty.start(req, res, asked))
  })
}
