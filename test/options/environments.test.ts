import { describe, expect, it } from 'vitest'
import { isLoopback, knownEnvironment, requireDidSettings } from '../../lib/options/environments.ts'
import { expectRefused } from '../support/refusal.ts'

const issuer = 'https://op.example/'
const did = {
  didDocumentURL: 'https://op.example/did.json',
  didController: 'did:web:op.example',
  coreIdentityIssuer: 'https://op.example/identity/',
}

describe('the settings that verify an identity', () => {
  it('[CID-3, CID-4] are those of the environment', () => {
    expect(requireDidSettings({ issuer, ...did })).toStrictEqual(did)
  })

  it.each([
    [['didDocumentURL']],
    [['didController']],
    [['coreIdentityIssuer']],
    [['didDocumentURL', 'coreIdentityIssuer']],
    [['didDocumentURL', 'didController', 'coreIdentityIssuer']],
  ])('[CID-3, CONF-13] fail without %j, which the message names', async (missing) => {
    const rest = Object.fromEntries(Object.entries(did).filter(([name]) => !missing.includes(name)))
    await expectRefused(
      () => requireDidSettings({ issuer, ...rest }),
      'invalid_option',
      new RegExp(
        `^Option "environment": an identity cannot be verified without ${missing.join(', ')}\\. Set them`,
      ),
    )
  })
})

describe('a known environment', () => {
  it.each([
    'https://oidc',
    'https://oidc.account.gov.u',
    'h',
    '',
    'integratio',
    'https://oidc.account.gov.uk//',
  ])('[CONF-13] is not %j', (text) => {
    expect(knownEnvironment(text)).toBeUndefined()
  })
})

describe('a loopback host', () => {
  it.each(['localhost', '127.0.0.1', '127.255.255.255', '[::1]'])('[CONF-7] is %s', (host) => {
    expect(isLoopback(host)).toBe(true)
  })

  it.each([
    'localhost.op.example',
    'op.localhost.example',
    '127.op.example',
    '127.0.0.1.op.example',
    'op.127.0.0.1',
    '128.0.0.1',
    '10.0.0.1',
    '[::2]',
    '[::1:1]',
    '0.0.0.0',
    '',
  ])('[CONF-7] is not %j', (host) => {
    expect(isLoopback(host)).toBe(false)
  })
})
