import { withJson, without, type Reply } from '../reply.ts'
import type { JsonObject } from '../keys/jwt.ts'
import type { Fault, Faults } from './fault.ts'

/** Changes a response. */
export type ChangeResponse = (reply: Reply) => Reply

/** One way to break a response. */
export type ResponseFault = Fault<ChangeResponse>

/** A fault that replaces a header. */
export const wrongHeader = (name: string, value: string): ResponseFault => ({
  changes: [`header ${name}`],
  apply: (reply) => ({ ...reply, headers: { ...reply.headers, [name]: value } }),
})

/** A fault that leaves out a header. */
export const missingHeader = (name: string): ResponseFault => ({
  changes: [`no header ${name}`],
  apply: (reply) => ({
    ...reply,
    headers: Object.fromEntries(Object.entries(reply.headers).filter(([other]) => other !== name)),
  }),
})

/** A fault that replaces members of the JSON object. */
export const wrongMembers = (members: JsonObject): ResponseFault => ({
  changes: Object.keys(members).map((name) => `member ${name}`),
  apply: (reply) => withJson(reply, (object) => ({ ...object, ...members })),
})

/** A fault that leaves out a member of the JSON object. */
export const missingMember = (name: string): ResponseFault => ({
  changes: [`no member ${name}`],
  apply: (reply) => withJson(reply, (object) => without(object, name)),
})

/** A fault that changes a member of the JSON object. */
export const changedMember = (
  name: string,
  change: (value: unknown, object: JsonObject) => unknown,
): ResponseFault => ({
  changes: [`member ${name}`],
  apply: (reply) => withJson(reply, (object) => ({ ...object, [name]: change(object[name], object) })),
})

/** A fault that sends another response. */
export const replacedResponse = (reply: Reply): ResponseFault => ({
  changes: [`response ${reply.status}`],
  apply: () => reply,
})

/** Ways to break any response in JSON. */
export const jsonFaults = {
  'malformed-json': { changes: ['body'], apply: (reply) => ({ ...reply, body: reply.body.slice(0, -1) }) },
  'not-an-object': { changes: ['body'], apply: (reply) => ({ ...reply, body: `[${reply.body}]` }) },
  'empty-body': { changes: ['body'], apply: (reply) => ({ ...reply, body: '' }) },
  'wrong-content-type': wrongHeader('Content-Type', 'text/plain'),
} satisfies Faults<ChangeResponse>
