import { describe, expect, it } from 'vitest'
import {
  authorizationCode,
  readAuthorizationResponse,
  type AuthorizationResponse,
} from '../../lib/sign-in/authorization-response.ts'
import { isForTheUser } from '../../lib/errors.ts'
import { expectRefused, refusalOf } from '../support/refusal.ts'

const issuer = 'https://oidc.integration.account.gov.uk/'
const read = (query: string) => readAuthorizationResponse(new URLSearchParams(query))
const codeOf = (response: AuthorizationResponse) => authorizationCode(response, issuer)

describe('parameters', () => {
  it('[CB-2] returns each known parameter, and ignores others', () => {
    expect(read('code=a%2Bb&state=c&utm_source=d&utm_source=e&lang=cy')).toEqual({ code: 'a+b', state: 'c' })
    expect(read('error=x&error_description=y+z&state=s&iss=i')).toEqual({
      error: 'x',
      error_description: 'y z',
      state: 's',
      iss: 'i',
    })
    expect(read('')).toEqual({})
  })

  it.each(['state', 'code', 'error', 'error_description', 'iss'])(
    '[CB-2] rejects %s if it is repeated or nested',
    async (name) => {
      for (const query of [
        `${name}=a&${name}=b`,
        `${name}=a&${name}=a`,
        `${name}=&${name}=a`,
        `${name}[]=a`,
        `${name}%5B%5D=a`,
        `${name}[0]=a`,
        `${name}[b]=a`,
        `${name}.b=a`,
        `${name}=a&${name}[]=b`,
      ])
        await expectRefused(
          () => read(query),
          'callback_invalid',
          new RegExp(`^The parameter "${name}" of the callback is repeated, nested or too long`),
        )
    },
  )

  it('[CB-2] rejects a value that is longer than any that One Login sends, and repeats no part of it', async () => {
    expect(read(`code=${'x'.repeat(2048)}`).code).toHaveLength(2048)
    const error = await expectRefused(() => read(`code=${'x'.repeat(2049)}`), 'callback_invalid', /too long/)
    expect(error.message).not.toContain('xx')
  })

  it('[CB-2] reads nothing from the prototype, and adds nothing to it', () => {
    const response = read('__proto__=a&constructor=b&__proto__[state]=c&toString=d')
    expect(Object.keys(response)).toEqual([])
    expect(({} as Record<string, unknown>).state).toBeUndefined()
  })
})

describe('code', () => {
  it('[CB-1] is returned if it arrived alone, or with the right issuer', () => {
    expect(codeOf({ state: 's', code: 'the-code' })).toBe('the-code')
    expect(codeOf({ state: 's', code: 'the-code', iss: issuer })).toBe('the-code')
  })

  it.each([{}, { code: '' }, { error: '' }, { code: '', error: '' }, { state: 's' }])(
    '[CB-2] rejects %j, which has neither code nor error',
    async (response) => {
      await expectRefused(() => codeOf(response), 'callback_invalid', /either the parameter "code" or/)
    },
  )

  it('[CB-2] rejects a code and an error together', async () => {
    await expectRefused(
      () => codeOf({ code: 'a', error: 'access_denied' }),
      'callback_invalid',
      /either the parameter "code" or/,
    )
  })

  it.each(['https://elsewhere.example/', issuer.slice(0, -1), ''])(
    '[CB-3] rejects a response, with a code or an error, of the wrong issuer %j',
    async (iss) => {
      for (const response of [
        { code: 'a', iss },
        { error: 'login_required', iss },
      ])
        await expectRefused(
          () => codeOf(response),
          'callback_invalid',
          /the provider that the browser was sent to/,
        )
    },
  )
})

describe('error', () => {
  const failure = (error: string, error_description?: string) =>
    refusalOf(() =>
      codeOf({ state: 's', error, ...(error_description !== undefined && { error_description }) }),
    )

  it.each([
    ['CB-4', 'access_denied', 403, true, /One Login denied access/, true],
    ['CB-5', 'login_required', 401, true, /session in this service has been ended/, true],
    ['CB-6', 'temporarily_unavailable', 503, true, /try again in a few minutes/, false],
    ['CB-6', 'server_error', 502, true, /try again in a few minutes/, false],
    ['CB-7', 'unauthorized_client', 503, false, /rejected this client/, false],
  ] as const)('[%s] becomes a typed failure: %s', async (_id, code, status, retryable, message, user) => {
    const error = await failure(code, 'The provider’s words')
    expect(error).toMatchObject({ code, status, retryable })
    expect(error.message).toMatch(message)
    expect(error.providerError).toEqual({ error: code, description: 'The provider?s words' })
    expect(isForTheUser(error)).toBe(user)
  })

  it('[CB-7] recognises a deactivated client by the description', async () => {
    expect((await failure('unauthorized_client', 'client deactivated')).providerError).toEqual({
      error: 'unauthorized_client',
      description: 'client deactivated',
    })
  })

  it('[CB-6] does not need a description', async () => {
    expect((await failure('temporarily_unavailable')).providerError).toStrictEqual({
      error: 'temporarily_unavailable',
    })
  })

  it.each([
    'invalid_request',
    'invalid_scope',
    'unsupported_response_type',
    'made_up',
    'toString',
    '__proto__',
  ])('[CB-3] reports %s as a rejected request, with code and description', async (code) => {
    const error = await failure(code, 'Request vtr not valid')
    expect(error).toMatchObject({ code: 'authorization_refused', status: 502, retryable: false })
    expect(error.message).toMatch(/Compare the request with your registration/)
    expect(error.providerError).toEqual({ error: code, description: 'Request vtr not valid' })
  })

  it('[CB-3] makes external text safe for a log', async () => {
    const { providerError, message } = await failure('a\nb\u001b[2J', `c\r\nd${'x'.repeat(300)}`)
    expect(providerError?.error).toBe('a?b?[2J')
    expect(providerError?.description).toMatch(/^c\?\?dx{196}$/)
    expect(message).not.toMatch(/xx|\n/)
  })
})

describe('what happened', () => {
  it('[CB-3] names the error of a request that One Login rejected, and only then', async () => {
    const rejected = await refusalOf(() => codeOf({ error: 'invalid_scope' }))
    expect(rejected.message).toMatch(/^One Login rejected the sign-in request: invalid_scope\./)
    const denied = await refusalOf(() => codeOf({ error: 'access_denied' }))
    expect(denied.message).toMatch(/^One Login denied access\. Its session was lost/)
    expect(denied.message).not.toContain('access_denied')
  })
})
