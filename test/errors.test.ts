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

  it('[CID-7] has return codes', () => {
    expect(new OneLoginError('identity_not_proven', 'No.', { returnCodes: ['A'] }).returnCodes).toEqual(['A'])
  })

  it.each([
    ['CB-4', 'access_denied', 403, true],
    ['CB-5', 'login_required', 401, true],
    ['CB-6', 'temporarily_unavailable', 503, true],
    ['CB-6', 'server_error', 502, true],
    ['CB-7', 'unauthorized_client', 503, false],
    ['CB-11', 'provider_timeout', 504, true],
    ['CB-11', 'token_refused', 502, true],
    ['IDT-1', 'id_token_invalid', 502, false],
  ] as const)('[%s] has %s with the status %i, retryable: %s', (_id, code, status, retryable) => {
    expect(new OneLoginError(code, '')).toMatchObject({ status, retryable })
  })
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

describe('isForTheUser', () => {
  it.each(['session_lost', 'access_denied', 'login_required', 'user_refused'] as const)(
    '[CB-4, CB-5] is true for %s, which the user can fix',
    (code) => {
      expect(isForTheUser(new OneLoginError(code, ''))).toBe(true)
    },
  )

  it.each(['temporarily_unavailable', 'server_error', 'unauthorized_client', 'id_token_invalid'] as const)(
    '[CB-6, CB-7] is false for %s, which the user cannot fix',
    (code) => {
      expect(isForTheUser(new OneLoginError(code, ''))).toBe(false)
    },
  )
})

describe('printable', () => {
  it('[CB-3] replaces line breaks, control and escape characters', () => {
    expect(printable('a\r\nb\u001b[31mc\u0000é')).toBe('a??b?[31mc??')
  })

  it('[CB-3] shortens long text', () => {
    expect(printable('x'.repeat(500))).toHaveLength(200)
  })

  it.each([undefined, null, 5, {}])('[CB-3] returns undefined for %j', (value) => {
    expect(printable(value)).toBeUndefined()
  })
})
