import { createServer } from 'node:http'
import { describe, expect, it } from 'vitest'
import { requirementIds, requirementOf } from '../../lib/cli/conformance/catalogue/catalogue.ts'
import { phases } from '../../lib/cli/conformance/catalogue/requirement.ts'
import { serviceVariables } from '../../lib/cli/conformance/service-variables.ts'
import { startSimulator } from '../../lib/simulator/index.ts'
import { run } from '../cli/command-run.ts'
import { listen } from '../support/listen.ts'

const usual = ['conformance', '--page', 'http://127.0.0.1:1/account', '--client-secret', 'a-secret']

describe('the arguments of the conformance check', () => {
  it.each([
    'https://127.0.0.1:3001/',
    'http://127.0.0.1:3001/x',
    'http://127.0.0.1/?a',
    'http://127.0.0.1/#a',
    'x',
  ])('[CHK-3] reject the address %s for the simulator', async (address) => {
    const { code, stdout, stderr } = await run([...usual, '--one-login', address])
    expect([code, stdout, stderr.split('\n')[0]]).toEqual([
      2,
      '',
      `--one-login is "${address}", which is not an http address without a path. Use an address such as http://127.0.0.1:3001/.`,
    ])
  })

  it('[CHK-3] end with 2 if the simulator cannot listen', async () => {
    await using occupied = await listen(createServer())
    const { code, stderr } = await run([...usual, '--one-login', `${occupied.url}/`])
    expect([code, stderr]).toEqual([
      2,
      `The simulator cannot listen at ${occupied.url}/: another process uses it. Set another address with --one-login, and in your service.\n`,
    ])
  })

  it('[CHK-3] end with 2 before the check if a report or an expectation cannot be used', async () => {
    for (const [flag, file] of [
      ['--junit', '/no-such-folder/a.xml'],
      ['--expect', '/no-such-file.json'],
    ] as const) {
      const { code, stdout, stderr } = await run([...usual, flag, file])
      expect([code, stdout]).toEqual([2, ''])
      expect(stderr).toMatch(new RegExp(`^${flag}: ${file} `))
    }
  })

  it('[CHK-3] list every requirement under its phase, without a check', async () => {
    const { code, stdout } = await run(['conformance', '--list'])
    const expected = phases.flatMap((phase, index) => [
      ...(index === 0 ? [] : ['']),
      phase,
      ...requirementIds
        .filter((id) => requirementOf(id).phase === phase)
        .map((id) => `  ${id}: ${requirementOf(id).title}`),
    ])
    expect([code, stdout.trimEnd().split('\n').sort()]).toEqual([0, expected.toSorted()])
  })
})

describe('the catalogue of requirements', () => {
  it.each(requirementIds)('[CHK-3] says why %s matters, and where it is written', (id) => {
    const { rule, title, why, link } = requirementOf(id)
    expect(rule).toMatch(/^[A-Z0-9]+-\d+$/)
    expect(title).toMatch(/^[A-Z`].{15,}[^.]$/)
    expect(why).toMatch(/^[A-Z`].{15,}\.$/s)
    expect(link).toMatch(/^https:\/\/(?:docs\.sign-in\.service\.gov\.uk|www\.rfc-editor\.org|openid\.net)\/./)
  })
})

describe('the variables of a service that the check starts', () => {
  it('[CHK-1] point it to the simulator, with the key if the check made it', async () => {
    const op = await startSimulator()
    const page = new URL('http://127.0.0.1:3000/deep/account?a=b')
    const variables = serviceVariables(op, { page, credentials: 'ready-key' })
    const { environment, clientId, privateKey } = op.options
    const { ONE_LOGIN_PRIVATE_KEY: key = '', ...rest } = variables
    expect(privateKey.replaceAll('\n', '')).toBe(`-----BEGIN PRIVATE KEY-----${key}-----END PRIVATE KEY-----`)
    expect(rest).toEqual({
      ONE_LOGIN_ISSUER: environment.issuer,
      ONE_LOGIN_DID_DOCUMENT_URL: environment.didDocumentURL,
      ONE_LOGIN_DID_CONTROLLER: environment.didController,
      ONE_LOGIN_CORE_IDENTITY_ISSUER: environment.coreIdentityIssuer,
      ONE_LOGIN_ALLOW_INSECURE_REQUESTS: 'true',
      ONE_LOGIN_CLIENT_ID: clientId,
      ONE_LOGIN_CALLBACK_URL: 'http://127.0.0.1:3000/auth/callback',
      ONE_LOGIN_POST_LOGOUT_REDIRECT_URL: 'http://127.0.0.1:3000/signed-out',
    })
    expect(serviceVariables(op, { page, credentials: { clientSecret: 's' } })).toEqual(rest)
    await op.close()
  })
})
