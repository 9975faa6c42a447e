import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { addressLines, type Address, type OneLoginUser } from '../../lib/index.ts'
import { startPair } from '../support/simulator.ts'

/** Set to the folder `data` of govuk-one-login/onboarding-examples to read all of One Login's example data. */
const { OFFICIAL_EXAMPLE_DATA: folder = '' } = process.env

interface Example<Content> {
  readonly file: string
  readonly content: Content
}

function examplesOf<Content>(kind: string): Example<Content>[] {
  const directory = join(folder, kind)
  if (folder === '' || !existsSync(directory)) return [{ file: 'none', content: {} as Content }]
  return readdirSync(directory).map((file) => ({
    file,
    content: JSON.parse(readFileSync(join(directory, file), 'utf8')) as Content,
  }))
}

interface Subject {
  readonly name: readonly {
    readonly nameParts: readonly { readonly type: string; readonly value: string }[]
  }[]
  readonly birthDate?: readonly { readonly value: string }[]
}

/** The older files of names have the subject under another name, and one has no date of birth. */
function subjectOf(content: {
  readonly credentialSubject?: Subject
  readonly coreIdentity?: Subject
}): Subject {
  const subject = content.credentialSubject ?? content.coreIdentity
  if (!subject) throw new Error('The example has no subject.')
  return { birthDate: [{ value: '1970-01-01' }], ...subject }
}

/** Proves an identity with example data, and returns it as the service has it. */
async function prove(response: Parameters<Awaited<ReturnType<typeof startPair>>['op']['respondWith']>[0]) {
  const claims = ['coreIdentityJWT', 'address', 'passport', 'drivingPermit', 'returnCode'] as const
  await using pair = await startPair({ options: { claims: [...claims] } })
  pair.op.respondWith(response)
  const browser = pair.browser()
  expect((await browser.visit(`${pair.service.url}/identity`)).status).toBe(200)
  const { identity } = JSON.parse((await browser.send(`${pair.service.url}/whoami`)).body) as OneLoginUser
  if (!identity?.proven) throw new Error('The identity was not proven.')
  return identity
}

const inUserinfo = (claim: string, value: unknown) => ({
  claims: { [`https://vocab.account.gov.uk/v1/${claim}`]: value },
})

describe.runIf(folder)('the example data of One Login', () => {
  it.each([
    ...examplesOf<Parameters<typeof subjectOf>[0]>('names'),
    ...examplesOf<Parameters<typeof subjectOf>[0]>('identities'),
  ])('[CID-8, CID-9] has the person of $file, with the name in its order', async ({ content }) => {
    const credentialSubject = subjectOf(content)
    const identity = await prove({ coreIdentity: { vc: { credentialSubject } } })
    const parts = credentialSubject.name[0]?.nameParts ?? []
    expect(identity.name.parts).toEqual(parts)
    expect(identity.name.full).toBe(parts.map(({ value }) => value).join(' '))
    expect(identity.birthDate).toBe(credentialSubject.birthDate?.[0]?.value)
  })

  it.each(examplesOf<Address[]>('addresses'))(
    '[CID-10] has the addresses of $file, each of whose parts is on one line',
    async ({ content }) => {
      const { addresses = [] } = await prove(inUserinfo('address', content))
      expect(addresses).toEqual(content)
      for (const { uprn: _, validFrom: _from, validUntil: _until, addressCountry, ...parts } of addresses) {
        const lines = addressLines({ ...parts, addressCountry })
        const words = Object.values(parts).filter((part) => part !== '')
        for (const word of words) expect(lines.filter((line) => line.includes(String(word)))).toHaveLength(1)
        expect(lines.join(' ').length).toBe(words.join(' ').length)
      }
    },
  )

  it.each(examplesOf<Record<string, string>>('passport'))(
    '[CID-11] has the passport of $file',
    async ({ content }) => {
      expect((await prove(inUserinfo('passport', [content]))).passports).toEqual([content])
    },
  )

  it.each(examplesOf<Record<string, string>>('drivingPermit'))(
    '[CID-11] has the driving licence of $file, without what One Login does not send to services',
    async ({ content }) => {
      const { drivingPermits = [] } = await prove(inUserinfo('drivingPermit', [content]))
      const { issueDate: _, fullAddress: _address, ...permit } = content
      expect(drivingPermits).toEqual([permit])
    },
  )
})
