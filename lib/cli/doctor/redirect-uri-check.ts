import type { Settings } from '../../options/strategy-options.ts'
import type { AuthorizationExamination } from './authorization-examination.ts'
import type { Ask } from './authorization-probe.ts'
import { fix, type Finding } from './finding.ts'
import { registryOf } from './registry.ts'
import { similarRedirectURIs } from './similar-redirect-uris.ts'

/**
 * Finds a registered redirect URI, so that One Login checks the rest of the request: the user's, or one similar to
 * the URI in the options.
 */
export async function registeredRedirectURI(
  { settings, calls, probe, redirectURI }: AuthorizationExamination,
  ask: Ask,
): Promise<string | undefined> {
  const candidates = redirectURI === undefined ? similarRedirectURIs(settings.callbackURL) : [redirectURI]
  for (const candidate of candidates) {
    if (calls.left <= 1) return undefined
    const verdict = await probe({ ...ask, redirectURI: candidate })
    if (typeof verdict === 'string' && verdict !== 'address') return candidate
  }
  return undefined
}

/** Returns the finding that the callback URL of the options is not registered. */
export function addressFinding(
  settings: Settings,
  isClientKnown: boolean | undefined,
  registered: string | undefined,
): Finding {
  const { callbackURL, clientId } = settings
  const orClient = isClientKnown ? '' : ', or One Login does not have this client ID'
  const butOther = registered === undefined ? '' : `, but ${registered} is`
  const forTheRest =
    registered === undefined ? 'To run the other checks now, set a registered one with --redirect-uri. ' : ''
  return fix(
    'redirect URI',
    'redirect-uri-not-registered',
    `${callbackURL} is not registered for ${clientId}${orClient}${butOther}.`,
    `${forTheRest}Add it to the redirect URIs ${registryOf(settings)}, exactly as written, or set ONE_LOGIN_CALLBACK_URL to one of them.`,
  )
}
