import { generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'

/** A private certificate authority, like that of a department's network. */
export interface CertificateAuthority {
  /** Its own certificate, in PEM. */
  readonly certificate: string
  /** Creates a certificate and a key for a host name or a client. */
  issue(name: string): { readonly cert: string; readonly key: string }
}

/** Creates a certificate authority that no client trusts yet. */
export function createCertificateAuthority(name = 'Test CA'): CertificateAuthority {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = { name, key: own.privateKey }
  return {
    certificate: certificate({ subject: name, publicKey: own.publicKey, issuer, isAuthority: true }),
    issue: (subject) => {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      return {
        cert: certificate({ subject, publicKey, issuer, isAuthority: false }),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      }
    },
  }
}

interface Contents {
  readonly subject: string
  readonly publicKey: KeyObject
  readonly issuer: { readonly name: string; readonly key: KeyObject }
  readonly isAuthority: boolean
}

/** X.509 version 3, in PEM. Node can read certificates, but not create them. */
function certificate({ subject, publicKey, issuer, isAuthority }: Contents): string {
  const signedBody = sequence(
    der(0xa0, integer(2)),
    der(0x02, Buffer.concat([Buffer.of(0x01), randomBytes(8)])),
    ecdsaWithSha256,
    commonName(issuer.name),
    sequence(time(-86_400_000), time(86_400_000)),
    commonName(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      isAuthority
        ? sequence(extension(basicConstraints, sequence(der(0x01, Buffer.of(0xff)))))
        : sequence(extension(subjectAltName, sequence(der(0x82, Buffer.from(subject))))),
    ),
  )
  const signature = sign('sha256', signedBody, issuer.key)
  const whole = sequence(signedBody, ecdsaWithSha256, der(0x03, Buffer.of(0), signature))
  const lines = whole.toString('base64').replace(/.{64}/g, '$&\n')
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`
}

/** One value in the Distinguished Encoding Rules of ASN.1. */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents)
  const { length } = content
  if (length < 0x80) return Buffer.concat([Buffer.of(tag, length), content])
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff]
  return Buffer.concat([Buffer.of(tag, 0x80 | bytes.length, ...bytes), content])
}

function sequence(...contents: Buffer[]): Buffer {
  return der(0x30, ...contents)
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value))
}

const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'))
const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'))
const basicConstraints = objectId('551d13')
const subjectAltName = objectId('551d11')

function commonName(name: string): Buffer {
  return sequence(der(0x31, sequence(objectId('550403'), der(0x0c, Buffer.from(name)))))
}

function extension(id: Buffer, value: Buffer): Buffer {
  return sequence(id, der(0x04, value))
}

function time(fromNow: number): Buffer {
  const digits = new Date(Date.now() + fromNow).toISOString().replace(/[-T:]|\.\d+/g, '')
  return der(0x18, Buffer.from(digits))
}
