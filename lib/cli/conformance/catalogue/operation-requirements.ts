import { documentation, type Requirement } from './requirement.ts'

const { authenticate, identity, idToken } = documentation

/** Requirements for all kinds of users, and for failures of One Login. */
export const operationRequirements = {
  'every-user': {
    phase: 'people',
    rule: 'CID-8',
    title: 'Users with any name, address, document and phone can sign in and see their identity',
    why: 'One Login sends names in any script and of any length, and leaves out what a user does not have.',
    link: identity,
  },
  'identity-not-proven': {
    phase: 'people',
    rule: 'CID-7',
    title: 'A user whose identity was not proven, or only to a lower level, does not see the identity page',
    why: 'One Login sends the user back even if the identity check fails.',
    link: identity,
  },
  'return-codes': {
    phase: 'people',
    rule: 'CID-14',
    title: 'Return codes are not shown to the user',
    why: 'They tell a fraudster which part of the identity check to work on.',
    link: identity,
  },
  'malformed-data': {
    phase: 'people',
    rule: 'CID-12',
    title: 'Malformed tokens and claims do not stop the service',
    why: 'An unexpected response may end one sign-in, but it must not stop the service.',
    link: identity,
  },
  'stack-traces': {
    phase: 'people',
    rule: 'CHK-1',
    title: 'No page shows a stack trace',
    why: 'A stack trace tells an attacker how your service works, and can hold personal data.',
    link: authenticate,
  },
  'token-failures': {
    phase: 'outage',
    rule: 'CB-11',
    title:
      'When a call to One Login fails, no user is signed in, the user gets a response, and the service keeps running',
    why: 'One Login and the network sometimes fail.',
    link: authenticate,
  },
  outage: {
    phase: 'outage',
    rule: 'CONF-4',
    title: 'While One Login is unavailable, the service responds in time, and it works again afterwards',
    why: 'An outage of One Login must not last longer in your service than at One Login.',
    link: authenticate,
  },
  'last-good-copy': {
    phase: 'outage',
    rule: 'CONF-4',
    title: 'While documents of One Login cannot be downloaded, the copies are used',
    why: 'One Login sends `max-age` with its documents. A service that uses its copies keeps working.',
    link: `${identity}#cache-the-did-document`,
  },
  'cold-start': {
    phase: 'cold-start',
    rule: 'CONF-8',
    title:
      'A service that starts while documents of One Login are wrong or missing signs no user in, and responds',
    why: 'A service starts at any time, also during an outage or an attack.',
    link: authenticate,
  },
  'time-limit': {
    phase: 'slow',
    rule: 'CONF-6',
    title: 'A call to One Login that gets no response ends in time',
    why: 'Requests that wait without end accumulate until the service stops.',
    link: authenticate,
  },
  'key-rotation': {
    phase: 'slow',
    rule: 'IDT-1',
    title: 'Users can sign in after One Login changed its keys',
    why: 'One Login changes its keys without notice.',
    link: idToken,
  },
} as const satisfies Record<string, Requirement>
