import * as v from 'valibot'
import type { PendingSignIn } from '../../simulator/pending-sign-ins.ts'
import { escapeHtml, layout } from '../../simulator/pages/layout.ts'
import { identityClaims } from '../../simulator/claim-names.ts'
import { configurationIssues } from './configuration-issue.ts'
import { responseSchema, type ResponseConfiguration } from './official-configuration.ts'

type Member = keyof ResponseConfiguration

interface Field {
  readonly member: Member
  readonly testId: string
  readonly label: string
  readonly kind: 'text' | 'checkbox' | 'json'
}

/** The fields of the official simulator's form. Test suites find them by name or by `data-testid`. */
const fields: readonly Field[] = [
  { member: 'sub', testId: 'sub', label: 'Subject identifier (sub)', kind: 'text' },
  { member: 'email', testId: 'email', label: 'Email address', kind: 'text' },
  {
    member: 'emailVerified',
    testId: 'email-verified',
    label: 'The email address is verified',
    kind: 'checkbox',
  },
  { member: 'phoneNumber', testId: 'phone-number', label: 'Phone number', kind: 'text' },
  {
    member: 'phoneNumberVerified',
    testId: 'phone-number-verified',
    label: 'The phone number is verified',
    kind: 'checkbox',
  },
  {
    member: 'maxLoCAchieved',
    testId: 'max-loc-achieved',
    label: 'Level of confidence reached',
    kind: 'text',
  },
  {
    member: 'coreIdentityVerifiableCredentials',
    testId: 'core-identity-vc',
    label: 'Core identity (vc)',
    kind: 'json',
  },
  { member: 'passportDetails', testId: 'passport-details', label: 'Passports', kind: 'json' },
  {
    member: 'drivingPermitDetails',
    testId: 'driving-permit-details',
    label: 'Driving licences',
    kind: 'json',
  },
  { member: 'postalAddressDetails', testId: 'postal-address-details', label: 'Addresses', kind: 'json' },
  { member: 'returnCodes', testId: 'return-codes', label: 'Return codes', kind: 'json' },
]

/** Returns the page with the official simulator's form, filled in with the configured response. */
export function officialFormPage(
  pending: PendingSignIn,
  response: ResponseConfiguration,
  issuer: string,
): string {
  const content = `
<form method="post" action="${escapeHtml(new URL('form-submit', issuer).href)}">
${hidden('authCode', pending.journey.sid)}
${hidden('authRequestParams', requestParameters(pending))}
${hidden('state', pending.request.state ?? '')}
${fields.map((field) => fieldHtml(field, response[field.member])).join('\n')}
<button type="submit" name="continue" value="continue">Continue</button>
</form>`
  return layout(`Choose the response to ${pending.request.client.clientName}`, content)
}

const hidden = (name: string, value: string): string =>
  `<input type="hidden" name="${name}" value="${escapeHtml(value)}"/>`

/** Returns the request as the official simulator shows it to test suites. */
function requestParameters({ request }: PendingSignIn): string {
  const [vector] = request.vectors
  const parameters = {
    claims: request.claims.map((name) => identityClaims[name]),
    nonce: request.nonce,
    redirectUri: request.redirectUri,
    scopes: request.scopes,
    vtr: { credentialTrust: vector?.credentialTrust, levelOfConfidence: vector?.confidence ?? null },
  }
  return Buffer.from(JSON.stringify(parameters)).toString('base64url')
}

function fieldHtml({ member, testId, label, kind }: Field, value: unknown): string {
  const names = `id="${testId}" name="${member}" data-testid="${testId}"`
  const labelHtml = `<label for="${testId}">${label}</label>`
  if (kind === 'checkbox')
    return `<div class="choice field"><input type="checkbox" ${names} value="true"${value === true ? ' checked' : ''}>${labelHtml}</div>`
  if (kind === 'text')
    return `<div class="field">${labelHtml}<input type="text" ${names} value="${escapeHtml(textOf(value))}" size="70" autocomplete="off"></div>`
  const json = value === null ? '' : JSON.stringify(value, undefined, 2)
  return `<div class="field">${labelHtml}<textarea ${names} rows="6">${textareaContent(json)}</textarea></div>`
}

// Test suites may read the page without a parser. A quotation mark needs no escape here, and the official form has none.
const textareaContent = (json: string): string => escapeHtml(json).replaceAll('&#34;', '"')

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

/** The errors of a form, by the name of the field. */
export type FormErrors = readonly { readonly field: string; readonly message: string }[]

/** Reads the form. A field that was not sent keeps the configured value. An empty field leaves its claim out. */
export function readOfficialForm(
  form: URLSearchParams,
  configured: ResponseConfiguration,
): { readonly response: ResponseConfiguration } | { readonly errors: FormErrors } {
  const values = Object.fromEntries(fields.map((field) => [field.member, valueOf(field, form, configured)]))
  const result = v.safeParse(responseSchema, values)
  if (result.success) return { response: result.output as ResponseConfiguration }
  return {
    errors: configurationIssues(result.issues).map(({ path = '', message }) => {
      const [field = '', ...members] = path.split('.')
      return { field, message: members.length === 0 ? message : `${path} ${message}` }
    }),
  }
}

function valueOf({ member, kind }: Field, form: URLSearchParams, configured: ResponseConfiguration): unknown {
  const text = form.get(member)
  if (kind === 'checkbox') return text === null || text === 'false' ? false : text === 'true' || text
  if (text === null) return configured[member]
  if (kind === 'json') return jsonOf(text.trim())
  // An empty level and an empty sub are invalid. The schema rejects them.
  return text === '' && (member === 'email' || member === 'phoneNumber') ? null : text
}

function jsonOf(text: string): unknown {
  try {
    return text === '' ? null : (JSON.parse(text) as unknown)
  } catch {
    return text
  }
}
