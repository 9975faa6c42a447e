import { describe, expect, it } from 'vitest'
import { saysWhatToDo } from './action.ts'
import { errorCodes, errorMessages, errorMessagesPage } from './error-messages.ts'

const messages = errorMessages()

describe('the message of an error', () => {
  it('[CB-11] exists for each code', () => {
    expect(errorCodes.filter((code) => !messages.some((message) => message.code === code))).toEqual([])
  })

  it('[CB-11] ends with a full stop and tells the reader what to do, or that no action is needed', () => {
    expect(messages.filter(({ text }) => !saysWhatToDo(text)).map(({ text }) => text)).toEqual([])
  })

  it('[CB-11] repeats nothing', () => {
    const repeats = messages.filter(({ text }) => (text.match(/No action needed/g)?.length ?? 0) > 1)
    expect(repeats).toEqual([])
  })

  it('[CB-11] holds no words of a library, and no token, secret or personal data', () => {
    const leaking =
      /valibot|openid-client|Invalid (?:key|type)|\{\w*(?:jwt|token|secret|privateKey|email|phone|sub|nonce|verifier)\}/i
    expect(messages.filter(({ text }) => leaking.test(text))).toEqual([])
  })

  it.each([
    ['callback_invalid', '"{parameter}"'],
    ['authorization_refused', '{error}'],
    [
      'id_token_invalid',
      'its "iss" is not the issuer "{issuer}". Check your clock and the options "environment" and "clientId"',
    ],
    [
      'id_token_invalid',
      'its "aud" is not the client "{clientId}". Check your clock and the options "environment" and "clientId"',
    ],
    ['user_refused', 'The verify callback returned no user.'],
  ])('[CB-11] of %s contains %s', (code, part) => {
    expect(messages.some((message) => message.code === code && message.text.includes(part))).toBe(true)
  })

  it('is in the reference', async () => {
    await expect(errorMessagesPage()).toMatchFileSnapshot('../../docs/reference/error-messages.md')
  })
})
