import type { RequestHandler } from 'express'
import type { SignInOptions } from '../../options/sign-in-options.ts'
import { requestAddress } from '../callback-address.ts'
import { handler } from '../handler.ts'
import type { RelyingParty } from '../relying-party.ts'
import { redirect } from '../responses.ts'

/**
 * Sends the browser to One Login, and then to the page in the query's `returnTo` or in the option. If an identity is
 * requested and no user is signed in, it signs the user in first and then comes back here for the identity.
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
