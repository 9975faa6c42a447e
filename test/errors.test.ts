import { describe, expect, it, vi } from 'vitest'
import { findOneLoginError, isForTheUser, isOneLoginError, OneLoginError, printable } from '../lib/errors.ts'

describe('OneLoginError', () => {
  it('[CB-3] has a code, a status, whether to try again, and One Login’s own error', () => {
    const providerError = { error: 'temporarily_unavailable', description: 'Busy', status: 400 }
    const error = new OneLoginError('temporarily_unavailable', 'Later.', { providerError })
    expect(error).toMatchObject({
      name: 'OneLoginError',
      message: "Later. If this continues, check One Login's status page.",
      code: 'temporarily_unavailable',
      status: 503,
      retryable: true,
      providerError,
    })
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toHaveProperty('cause')
    expect(error.returnCodes).toBeUndefined()
  })

  it('[CB-3] has no other members than it was given', () => {
    expect(Object.keys(new OneLoginError('access_denied', 'No.')).sort()).toEqual(
      ['code', 'name', 'retryable', 'status'].sort(),
    )
  })

  it('[CB-4] says once what to do', () => {
    const { message } = new OneLoginError('access_denied', 'The user went back.')
    expect(message).toBe('The user went back. No action needed: the user can try again.')
    expect(new OneLoginError('access_denied', message).message).toBe(message)
  })

  it('[CID-7] has return codes', () => {
    expect(new OneLoginError('identity_not_proven', 'No.', { returnCodes: ['A'] }).returnCodes).toEqual(['A'])
  })

  const statusPage = "check One Login's status page."
  const outage = /check your proxy, your firewall and One Login's status page\.$/
  const attack =
    /Check your clock and the options "environment" and "clientId"\. If they are right, treat it as a possible attack\.$/
  /** The message of each cause has its own. */
  const ownAction = null

  it.each([
    ['CONF-9', 'invalid_option', 500, false, 'fault', ownAction],
    ['CB-17', 'session_unavailable', 503, true, 'fault', ownAction],
    ['AUTHZ-10', 'request_too_long', 500, false, 'fault', /Shorten them\.$/],
    ['AUTHZ-13', 'reauthentication_impossible', 500, false, 'fault', ownAction],

    [
      'CB-1',
      'session_lost',
      400,
      true,
      'user',
      /No action needed.* check the session cookie and the store\.$/,
    ],
    ['CB-2', 'callback_invalid', 400, true, 'user', /No action needed: the user can start again\.$/],
    ['SESS-4', 'cross_site_request', 403, false, 'user', ownAction],

    ['CB-4', 'access_denied', 403, true, 'user', /No action needed: the user can try again\.$/],
    ['CB-5', 'login_required', 401, true, 'user', /No action needed: the user can sign in again\.$/],
    ['CB-6', 'temporarily_unavailable', 503, true, 'fault', statusPage],
    ['CB-6', 'server_error', 502, true, 'fault', statusPage],
    ['CB-7', 'unauthorized_client', 503, false, 'fault', /Ask One Login whether your client is active\.$/],
    ['CB-3', 'authorization_refused', 502, false, 'fault', /"npx passport-govuk-one-login doctor"\.$/],

    ['CONF-4', 'provider_unreachable', 503, true, 'fault', outage],
    ['CONF-6', 'provider_timeout', 504, true, 'fault', outage],
    ['UI-3', 'provider_answer_invalid', 502, true, 'fault', statusPage],
    ['CONF-8', 'provider_document_unusable', 502, true, 'fault', /Check the option "environment", .* proxy/],
    ['KEY-6', 'signing_failed', 503, true, 'fault', ownAction],
    ['CB-11', 'token_refused', 502, true, 'fault', ownAction],
    ['UI-3', 'userinfo_refused', 502, true, 'fault', /If this continues, report it to One Login\.$/],
    ['UI-1', 'userinfo_invalid', 502, false, 'fault', /possible attack, and report it to One Login\.$/],

    ['IDT-1', 'id_token_invalid', 502, false, 'fault', attack],
    ['IDT-9', 'id_token_key_unknown', 502, false, 'fault', ownAction],
    ['IDT-7', 'authentication_too_old', 401, true, 'user', ownAction],
    ['IDT-6', 'authentication_level_too_low', 403, true, 'fault', /The user can try again\. .* report it/],
    ['CID-4', 'core_identity_invalid', 502, false, 'fault', attack],
    ['CID-2', 'core_identity_key_unknown', 502, false, 'fault', ownAction],
    ['CID-5', 'identity_level_too_low', 403, true, 'fault', /Treat the identity as not proven\.$/],
    ['CID-12', 'identity_claim_invalid', 502, false, 'fault', /Report it to One Login\.$/],
    [
      'AUTHZ-20',
      'identity_claim_missing',
      403,
      true,
      'fault',
      /as not proven: .* with JarValidationRequired\.$/,
    ],
    ['SESS-8', 'logout_token_invalid', 400, false, 'fault', /No action needed: no session has ended\. /],

    ['CB-5', 'subject_mismatch', 403, true, 'user', /No action needed: the user can sign in again\.$/],
    ['SESS-12', 'user_refused', 403, false, 'user', /No action needed\. .* your verify callback returns\.$/],
    ['SESS-10', 'not_signed_in', 401, true, 'user', ownAction],
    ['SESS-13', 'session_expired', 401, true, 'user', ownAction],
    ['IDT-6', 'authentication_too_weak', 403, true, 'user', ownAction],
    ['CID-7', 'identity_required', 403, true, 'user', ownAction],
    ['CID-7', 'identity_not_proven', 403, true, 'user', /No action needed: offer the user another way/],
  ] as const)(
    '[%s] has %s with the status %i, retryable: %s, a %s to report, and what to do about it',
    (_id, code, status, retryable, cause, action) => {
      const error = new OneLoginError(code, 'It happened.')
      expect(error).toMatchObject({ status, retryable })
      expect(isForTheUser(error)).toBe(cause === 'user')
      if (action === ownAction) expect(error.message).toBe('It happened.')
      else expect(error.message.replace('It happened. ', '')).toMatch(action)
    },
  )
})

describe('cause', () => {
  it('[CID-6, CB-11] keeps the message of another error, and none of its data', () => {
    const cause = Object.assign(new Error('unexpected "aud" claim value', { cause: new Error('deeper') }), {
      name: 'JWTClaimValidationFailed',
      code: 'ERR_JWT_CLAIM_VALIDATION_FAILED',
      payload: { sub: 'SECRET' },
    })
    const { cause: storedCause } = new OneLoginError('id_token_invalid', 'No.', { cause })
    expect(storedCause).toMatchObject({
      name: cause.name,
      message: cause.message,
      code: cause.code,
      stack: cause.stack,
    })
    expect(storedCause).not.toHaveProperty('payload')
    expect(storedCause).not.toHaveProperty('cause')
  })

  it('[CB-11] has no code if the other error has none', () => {
    const { cause } = new OneLoginError('token_refused', 'No.', { cause: new Error('broken pipe') })
    expect(cause).toMatchObject({ message: 'broken pipe' })
    expect(cause).not.toHaveProperty('code')
  })

  it('[CB-11] keeps an error of this package unchanged', () => {
    const cause = new OneLoginError('provider_timeout', 'Late.')
    expect(new OneLoginError('token_refused', 'No.', { cause }).cause).toBe(cause)
  })

  it.each(['SECRET', { secret: 'SECRET' }])('[CB-11] drops %j, which is not an error', (cause) => {
    expect(JSON.stringify(new OneLoginError('token_refused', 'No.', { cause }).cause ?? '')).not.toContain(
      'SECRET',
    )
  })
})

describe('isOneLoginError', () => {
  it('[CB-3] recognises only errors of this package', () => {
    expect(isOneLoginError(new OneLoginError('access_denied', 'No.'))).toBe(true)
    for (const other of [new Error('No.'), { code: 'access_denied' }, null, undefined, 'access_denied', 5])
      expect(isOneLoginError(other)).toBe(false)
  })

  it('[CB-3] recognises an error of another version by its mark', () => {
    const mark = Symbol.for('passport-govuk-one-login.error')
    expect(isOneLoginError(Object.assign(new Error('No.'), { [mark]: true }))).toBe(true)
    expect(isOneLoginError({ [mark]: 'true' })).toBe(false)
  })

  it('[CB-3] recognises an error of another copy of this package', async () => {
    vi.resetModules()
    const copy = await import('../lib/errors.ts')
    const error = new copy.OneLoginError('access_denied', 'No.')
    expect(error).not.toBeInstanceOf(OneLoginError)
    expect(isOneLoginError(error)).toBe(true)
  })
})

describe('findOneLoginError', () => {
  it('[CB-11] finds an error of this package inside any number of others', () => {
    const error = new OneLoginError('provider_timeout', 'Late.')
    const wrapped = new Error('a', { cause: new Error('b', { cause: error }) })
    expect(findOneLoginError(wrapped)).toBe(error)
    expect(findOneLoginError(error)).toBe(error)
    expect(findOneLoginError(new Error('a', { cause: 'b' }))).toBeUndefined()
    expect(findOneLoginError(undefined)).toBeUndefined()
  })
})

describe('printable', () => {
  it('[CB-3] replaces line breaks, control and escape characters', () => {
    expect(printable('a\r\nb\u001b[31mc\u0000é\u007f ~')).toBe('a??b?[31mc??? ~')
  })

  it('[CB-3] shortens long text', () => {
    expect(printable('x'.repeat(500))).toHaveLength(200)
  })

  it.each([undefined, null, 5, {}])('[CB-3] returns undefined for %j', (value) => {
    expect(printable(value)).toBeUndefined()
  })
})
