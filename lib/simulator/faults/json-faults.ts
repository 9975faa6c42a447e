import type { Reply } from '../reply.ts'

/** One way to break an answer. */
export type AnswerFault = (reply: Reply) => Reply

/** Ways to break any answer in JSON. */
export const jsonAnswerFaults = {
  'malformed-json': (reply) => ({ ...reply, body: reply.body.slice(0, -1) }),
  'not-an-object': (reply) => ({ ...reply, body: `[${reply.body}]` }),
  'empty-body': (reply) => ({ ...reply, body: '' }),
  'wrong-content-type': (reply) => ({
    ...reply,
    headers: { ...reply.headers, 'Content-Type': 'text/plain' },
  }),
} satisfies Record<string, AnswerFault>
