import { decodeJwt } from 'jose'
import { describe, expect, it } from 'vitest'
import { Browser } from '../support/browser.ts'
import { freePort } from '../support/listen.ts'
import { startSimulatorCommand, type RunningSimulator } from './command-run.ts'
import { sendAuthorize, sendToken, sendUserinfo } from './official-requests.ts'
import { identityRequest, vocabulary } from './official-visit.ts'

/** The fields of the official simulator's form with their `data-testid`, as its documentation lists them. */
const testIds = {
  sub: 'sub',
  email: 'email',
  emailVerified: 'email-verified',
  phoneNumber: 'phone-number',
  phoneNumberVerified: 'phone-number-verified',
  maxLoCAchieved: 'max-loc-achieved',
  coreIdentityVerifiableCredentials: 'core-identity-vc',
  passportDetails: 'passport-details',
  drivingPermitDetails: 'driving-permit-details',
  postalAddressDetails: 'postal-address-details',
  returnCodes: 'return-codes',
}

async function openForm(simulator: RunningSimulator, parameters: Readonly<Record<string, string>> = {}) {
  const browser = new Browser()
  const { ONE_LOGIN_CLIENT_ID: client_id = '', ONE_LOGIN_CALLBACK_URL: redirect_uri = '' } =
    simulator.variables
  const query = new URLSearchParams({
    response_type: 'code',
    scope: 'openid email phone',
    client_id,
    redirect_uri,
    state: 'a-state',
    nonce: 'a-nonce',
    ...identityRequest,
    ...parameters,
  })
  const { body } = await browser.send(`${simulator.url}authorize?${query.toString()}`)
  const tags = body.match(/<(?:input|textarea|button|form)[^>]*>/g) ?? []
  const action = /action="([^"]+)"/.exec(body)?.[1] ?? ''
  const hidden = [...body.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)]
  const fields = Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value]))
  const submit = (values: Readonly<Record<string, string>>) =>
    new Browser().send(new URL(action, simulator.url).href, {
      method: 'POST',
      body: new URLSearchParams({ ...fields, ...values }).toString(),
    })
  return { body, tags, action, fields, submit }
}

async function claimsAfter(simulator: RunningSimulator, values: Readonly<Record<string, string>>) {
  const { submit } = await openForm(simulator)
  const { status, headers } = await submit(values)
  const location = new URL(headers.location ?? '')
  expect([status, location.searchParams.get('state')]).toEqual([302, 'a-state'])
  const tokens = await sendToken(simulator, { code: location.searchParams.get('code') ?? '' })
  const { access_token, id_token } = (await tokens.json()) as { access_token: string; id_token: string }
  const userinfo = (await (await sendUserinfo(simulator, access_token)).json()) as Record<string, unknown>
  return { idToken: decodeJwt(id_token), userinfo }
}

const interactive = { INTERACTIVE_MODE: 'true' }

describe('the form of the official simulator', () => {
  it('[SIM-4] has its fields, button and action when INTERACTIVE_MODE is set', async () => {
    const simulator = await startSimulatorCommand(interactive)
    const { tags, action, fields } = await openForm(simulator)
    for (const [name, testId] of Object.entries(testIds))
      expect(
        tags.some((tag) => tag.includes(`name="${name}"`) && tag.includes(`data-testid="${testId}"`)),
      ).toBe(true)
    expect(tags.some((tag) => tag.startsWith('<button') && tag.includes('name="continue"'))).toBe(true)
    expect(action).toBe(`${simulator.url}form-submit`)
    expect(Object.keys(fields)).toEqual(['authCode', 'authRequestParams', 'state'])
    const request = JSON.parse(Buffer.from(fields.authRequestParams ?? '', 'base64url').toString()) as object
    expect(request).toEqual({
      claims: ['coreIdentityJWT', 'address', 'returnCode'].map((name) => `${vocabulary}${name}`),
      nonce: 'a-nonce',
      redirectUri: simulator.variables.ONE_LOGIN_CALLBACK_URL,
      scopes: ['openid', 'email', 'phone'],
      vtr: { credentialTrust: 'Cl.Cm', levelOfConfidence: 'P2' },
    })
    expect(fields.state).toBe('a-state')
    expect((await fetch(action)).status).toBe(404)
  })

  it('[SIM-4] shows the configured response', async () => {
    const simulator = await startSimulatorCommand(interactive)
    const shown = async () => {
      const { body, tags } = await openForm(simulator)
      const [, json] = /<textarea[^>]*name="passportDetails"[^>]*>([^<]*)</.exec(body) ?? []
      const checked = tags.filter((tag) => tag.includes(' checked'))
      return [
        Object.values(testIds).filter((id) => checked.some((tag) => tag.includes(`data-testid="${id}"`))),
        tags.find((tag) => tag.includes('name="email"'))?.match(/value="([^"]*)"/)?.[1],
        tags.find((tag) => tag.includes('name="maxLoCAchieved"'))?.match(/value="([^"]*)"/)?.[1],
        json,
      ]
    }
    expect(await shown()).toEqual([['email-verified', 'phone-number-verified'], 'test@example.com', 'P2', ''])
    await simulator.configure({
      responseConfiguration: {
        email: '"><b>@example.com',
        emailVerified: false,
        maxLoCAchieved: 'P1',
        passportDetails: [],
      },
    })
    const escaped = '&#34;&#62;&#60;b&#62;@example.com'
    expect(await shown()).toEqual([['phone-number-verified'], escaped, 'P1', '[]'])
  })

  it('[SIM-4] escapes the request, and shows that it asks for no identity', async () => {
    const state = '"><script>'
    const { body, fields } = await openForm(await startSimulatorCommand(interactive), {
      state,
      vtr: '["Cl.Cm"]',
    })
    expect(body).not.toContain(state)
    expect(fields.state).toBe('&#34;&#62;&#60;script&#62;')
    const request = Buffer.from(fields.authRequestParams ?? '', 'base64url').toString()
    expect(JSON.parse(request)).toMatchObject({ vtr: { credentialTrust: 'Cl.Cm', levelOfConfidence: null } })
  })

  it('[SIM-4] is sent to the address of the simulator, also if it has a path, and only once', async () => {
    const port = String(await freePort())
    const url = `http://127.0.0.1:${port}/one-login/`
    const simulator = await startSimulatorCommand({ ...interactive, SIMULATOR_URL: url }, ['--port', port])
    const { action, submit } = await openForm(simulator)
    expect(action).toBe(`${url}form-submit`)
    expect((await submit({})).status).toBe(302)
    const { status, body } = await submit({})
    expect([status, body]).toEqual([400, expect.stringContaining('already been submitted')])
  })

  it('[SIM-4] is not the page of --interactive', async () => {
    const { tags } = await openForm(await startSimulatorCommand(interactive, ['--interactive']))
    expect(tags.join()).not.toContain('data-testid')
    expect(tags.join()).toContain('action="/sign-in"')
  })

  it('[SIM-4] uses the form for this sign-in only', async () => {
    const simulator = await startSimulatorCommand(interactive)
    const vc = { type: ['VerifiableCredential'], credentialSubject: {} }
    const { idToken, userinfo } = await claimsAfter(simulator, {
      sub: 'urn:filled-in',
      email: 'a@b.example',
      emailVerified: 'true',
      phoneNumberVerified: 'false',
      maxLoCAchieved: 'P2',
      coreIdentityVerifiableCredentials: JSON.stringify(vc),
      postalAddressDetails: ' ',
      returnCodes: '[{"code":"00"}]',
    })
    expect(idToken.sub).toBe('urn:filled-in')
    expect(userinfo).toMatchObject({
      sub: 'urn:filled-in',
      email: 'a@b.example',
      email_verified: true,
      phone_number_verified: false,
      [`${vocabulary}returnCode`]: [{ code: '00' }],
    })
    expect(decodeJwt(String(userinfo[`${vocabulary}coreIdentityJWT`]))).toMatchObject({ vc, vot: 'P2' })
    expect(userinfo).not.toHaveProperty([`${vocabulary}address`])
    expect((await claimsAfter(simulator, {})).idToken.sub).toMatch(/^urn:fdc:gov\.uk:2022:/)
  })

  it('[SIM-4] uses the configured response for fields that are not sent', async () => {
    const simulator = await startSimulatorCommand(interactive)
    await simulator.configure({
      responseConfiguration: { sub: 'urn:configured', phoneNumber: '07000000000' },
    })
    expect((await claimsAfter(simulator, {})).userinfo).toMatchObject({
      sub: 'urn:configured',
      phone_number: '07000000000',
    })
  })

  it('[SIM-4] an empty email address is null', async () => {
    const { userinfo } = await claimsAfter(await startSimulatorCommand(interactive), { email: '' })
    expect(userinfo.email).toBeNull()
  })

  it.each([
    ['sub', ''],
    ['emailVerified', 'perhaps'],
    ['maxLoCAchieved', 'P99'],
    ['coreIdentityVerifiableCredentials', '[]'],
    ['passportDetails', '{}'],
    ['drivingPermitDetails', '{}'],
    ['postalAddressDetails', '[[]]'],
    ['returnCodes', '{}'],
    ['returnCodes', '[{"code":"A","more":1}]'],
    ['returnCodes', 'not JSON'],
  ])('[SIM-4] names the wrong field, and can be sent again: %s %j', async (field, value) => {
    const { submit } = await openForm(await startSimulatorCommand(interactive))
    const { status, body } = await submit({ [field]: value })
    expect([status, JSON.parse(body)]).toEqual([
      400,
      { error: 'Invalid request', invalid_fields: [{ field, message: expect.any(String) as string }] },
    ])
    expect((await submit({})).status).toBe(302)
  })

  it('[SIM-4] shows JSON as the official form does, for suites that read it without a parser', async () => {
    const simulator = await startSimulatorCommand(interactive)
    const passportDetails = [{ documentNumber: '</textarea>&amp;' }]
    await simulator.configure({ responseConfiguration: { passportDetails } })
    const page = await (await sendAuthorize(simulator, identityRequest)).text()
    const [, json = ''] = /<textarea[^>]*name="passportDetails"[^>]*>([^<]*)</.exec(page) ?? []
    expect(json).toContain('"documentNumber": "')
    const decoded = json.replace(/&#(\d+);/g, (_all, code: string) => String.fromCharCode(Number(code)))
    expect(JSON.parse(decoded)).toEqual(passportDetails)
  })

  it('[SIM-4] names the misspelt member in a field', async () => {
    const { submit } = await openForm(await startSimulatorCommand(interactive))
    const { body } = await submit({ passportDetails: '[{"documentNumbr":"1"}]' })
    expect(body).toContain('passportDetails.0.documentNumbr is unknown. Did you mean documentNumber?')
  })

  it('[SIM-4] rejects a form that was not shown', async () => {
    const { submit } = await openForm(await startSimulatorCommand(interactive))
    expect((await submit({ authCode: 'invented' })).status).toBe(400)
  })

  it('[SIM-4] is shown to each sign-in, and not instead of a configured error', async () => {
    const simulator = await startSimulatorCommand(interactive)
    await claimsAfter(simulator, {})
    expect((await openForm(simulator)).action).not.toBe('')
    await simulator.configure({ errorConfiguration: { authoriseErrors: ['ACCESS_DENIED'] } })
    expect((await openForm(simulator)).action).toBe('')
  })

  it('[SIM-4] does not exist without INTERACTIVE_MODE', async () => {
    const { url } = await startSimulatorCommand()
    expect((await fetch(`${url}form-submit`, { method: 'POST', body: new URLSearchParams() })).status).toBe(
      404,
    )
  })
})
