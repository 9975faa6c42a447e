import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { claimURL, credentialSubjectSchema, userinfoSchema } from '../../lib/claims.ts'
import { createIdentity, type ProvenIdentity } from '../../lib/sign-in/user.ts'

const given = (value: string) => ({ value, type: 'GivenName' })
const family = (value: string) => ({ value, type: 'FamilyName' })
const alice = [given('Alice'), given('Jane'), given('Laura')]

/** The people and documents in One Login's documentation: "Prove your user's identity" and the simulator's page. */
const examples = [
  {
    who: 'the user of the example responses',
    subject: {
      name: [
        { validFrom: '2020-03-01', nameParts: [...alice, family('Doe')] },
        { validUntil: '2020-03-01', nameParts: [...alice, family('O’Donnell')] },
      ],
      birthDate: [{ value: '1970-01-01' }],
    },
    passport: [{ documentNumber: '1223456', icaoIssuerCode: 'GBR', expiryDate: '2032-02-02' }],
    drivingPermit: [
      { expiryDate: '2023-01-18', issueNumber: '5', issuedBy: 'DVLA', personalNumber: 'DOE99802085J99FG' },
    ],
    returnCode: [{ code: 'B' }, { code: 'C' }],
    full: 'Alice Jane Laura Doe',
    previous: ['Alice Jane Laura O’Donnell'],
  },
  {
    who: 'the user of the official simulator, who has no documents',
    subject: {
      name: [{ nameParts: [given('GEOFFREY'), family('HEARNSHAW')] }],
      birthDate: [{ value: '1955-04-19' }],
    },
    passport: null,
    drivingPermit: null,
    returnCode: [],
    full: 'GEOFFREY HEARNSHAW',
    previous: [],
  },
]

describe('the example data of the documentation', () => {
  it.each(examples)('[CID-8, CID-9, CID-11] is read: $who', ({ subject, full, previous, ...claims }) => {
    const userinfo = v.parse(userinfoSchema, {
      sub: 'urn:fdc:gov.uk:2022:56P4CMsGh_02YOlWpd8PAOI-2sVlB2nsNU7mcLZYhYw=',
      email: 'test@example.com',
      email_verified: true,
      phone_number: '+441406946277',
      phone_number_verified: true,
      [claimURL('passport')]: claims.passport,
      [claimURL('drivingPermit')]: claims.drivingPermit,
      [claimURL('returnCode')]: claims.returnCode,
    })
    const core = { level: 'P2', ...v.parse(credentialSubjectSchema, subject) } as const
    const identity = createIdentity(core, userinfo) as ProvenIdentity
    expect(identity).toMatchObject({
      proven: true,
      name: { full },
      birthDate: subject.birthDate[0]?.value,
      returnCodes: claims.returnCode.map(({ code }) => code),
    })
    expect(identity.previousNames.map((name) => name.full)).toEqual(previous)
    expect(identity.passports).toEqual(claims.passport ?? undefined)
    expect(identity.drivingPermits).toEqual(claims.drivingPermit ?? undefined)
  })
})
