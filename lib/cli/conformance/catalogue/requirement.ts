/** The phases of a run, in order. */
export const phases = [
  'controls',
  'requests',
  'tokens',
  'callback',
  'sign-out',
  'back-channel',
  'people',
  'outage',
  'cold-start',
  'slow',
] as const

/** A phase of a run. */
export type Phase = (typeof phases)[number]

/** A requirement for a service. */
export interface Requirement {
  readonly phase: Phase
  /** The ID of the requirement in this project. */
  readonly rule: string
  /** What must be true. */
  readonly title: string
  /** What can happen if it is not true. */
  readonly why: string
  /** The page that contains the requirement. */
  readonly link: string
}

const guide = 'https://docs.sign-in.service.gov.uk/integrate-with-integration-environment'

/** The sources of requirements. */
export const documentation = {
  authenticate: `${guide}/authenticate-your-user/`,
  tokenRequest: `${guide}/authenticate-your-user/#make-a-token-request`,
  idToken: `${guide}/authenticate-your-user/#validate-your-id-token`,
  identity: `${guide}/prove-users-identity/`,
  sessions: `${guide}/managing-your-users-sessions/`,
  oauthSecurity: 'https://www.rfc-editor.org/rfc/rfc9700.html',
  logoutToken: 'https://openid.net/specs/openid-connect-backchannel-1_0.html#Validation',
} as const
