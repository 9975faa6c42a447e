import type { Break } from './break.ts'

/** Mistakes in what comes back from One Login: errors, claims and times. */
export const callbackBreaks: readonly Break[] = [
  {
    requirement: 'AUTHZ-17',
    mistake: "an identity request has the strategy's max_age",
    file: 'lib/options/sign-in-options.ts',
    from: 'ownMaxAge ?? (trust.identity ? undefined : defaults.maxAge)',
    to: 'ownMaxAge ?? defaults.maxAge',
    tests: ['flow/session-seams'],
  },
  {
    requirement: 'IDT-7',
    mistake: 'the age of a sign-in counts during the identity journey',
    file: 'lib/sign-in/completion.ts',
    from: 'const sentAt = trust.identity && Math.floor(transaction.sentAt / 1000)',
    to: 'const sentAt = undefined',
    tests: ['flow/auth-time'],
  },
  {
    requirement: 'CB-5',
    mistake: 'a failed re-authentication that is access_denied leaves the user signed in',
    file: 'lib/express/finish-sign-in.ts',
    from: "code === 'login_required' || (code === 'access_denied' && prompt)",
    to: "code === 'login_required'",
    tests: ['express/middleware/callback', 'flow/session-seams'],
  },
  {
    requirement: 'CB-5',
    mistake: 'any access_denied signs the user out',
    file: 'lib/express/finish-sign-in.ts',
    from: "(code === 'access_denied' && prompt)",
    to: "code === 'access_denied'",
    tests: ['express/middleware/callback', 'flow/session-seams', 'flow/sign-in'],
  },
  {
    requirement: 'CID-13',
    mistake: 'null is a value',
    file: 'lib/wire-object.ts',
    from: 'return value !== undefined && value !== null',
    to: 'return value !== undefined',
    tests: ['claim-members', 'flow/null-claims'],
  },
  {
    requirement: 'CID-14',
    mistake: 'a problem document shows the return codes',
    file: 'lib/express/responses.ts',
    from: 'JSON.stringify({ title: message, status, code })',
    to: 'JSON.stringify({ title: message, status, code, returnCodes: error.returnCodes })',
    tests: ['express/middleware/require-identity'],
  },
  {
    requirement: 'IDT-9',
    mistake: 'an unknown key ID is any other fault of the ID token',
    file: 'lib/tokens/id-token.ts',
    from: "'id_token_key_unknown',\n    \"The ID",
    to: "'id_token_invalid',\n    \"The ID",
    tests: ['tokens/id-token'],
  },
  {
    requirement: 'KEY-6',
    mistake: 'a signer has all the time it wants',
    file: 'lib/sign-in/client-jwt.ts',
    from: 'Promise.race([signer.sign(data), deadline])',
    to: 'Promise.race([signer.sign(data)])',
    tests: ['sign-in/client-jwt'],
  },
]
