import type { Break } from './break.ts'

/** Mistakes in the simulator, with which it would prove less than it promises. */
export const simulatorBreaks: readonly Break[] = [
  {
    requirement: 'SIM-4',
    mistake: 'misspelt members inside claims are accepted at /config',
    file: 'lib/cli/simulator/claim-members.ts',
    from: 'return key.startsWith(placeholder) ?',
    to: 'return key ?',
    tests: ['cli/official-configuration'],
  },
  {
    requirement: 'SIM-5',
    mistake: 'the browser comes back from a deactivated client, whatever it sent',
    file: 'lib/simulator/endpoints/authorize-endpoint.ts',
    from: 'target: targetBeforeRequestObject(query, status),',
    to: 'target: checked.passed ? checked.request : checked.target,',
    tests: ['simulator/request-object'],
  },
  {
    requirement: 'SIM-5',
    mistake: 'the fault redirects when a page would have been shown',
    file: 'lib/simulator/endpoints/authorize-endpoint.ts',
    from: "faults.use('authorize', isDeactivation).length > 0 ? 'deactivated' : status",
    to: 'faults && status',
    tests: ['simulator/request-object'],
  },
  {
    requirement: 'SIM-3',
    mistake: 'hs256 uses another secret as its key',
    file: 'lib/simulator/faults/signed-token-faults.ts',
    from: 'hs256(pem(key.publicKey))',
    to: "hs256('secret')",
    tests: ['simulator/faults/token-changes'],
  },
  {
    requirement: 'SIM-3',
    mistake: 'missing-birth-date drops the name',
    file: 'lib/simulator/faults/core-identity-faults.ts',
    from: "'missing-birth-date': missingMember('birthDate')",
    to: "'missing-birth-date': missingMember('name')",
    tests: ['simulator/faults/token-changes'],
  },
  {
    requirement: 'SIM-3',
    mistake: 'reset ends the connection in order',
    file: 'lib/simulator/faults/network-faults.ts',
    from: 'res.socket?.resetAndDestroy()',
    to: 'res.socket?.destroySoon()',
    tests: ['simulator/faults/network-faults'],
  },
  {
    requirement: 'SIM-3',
    mistake: 'an expired token expires in an hour',
    file: 'lib/simulator/faults/signed-token-faults.ts',
    from: '{ iat: now - 2 * hour, exp: now - hour }',
    to: '{ iat: now - 2 * hour, exp: now + hour }',
    tests: ['simulator/faults/token-changes'],
  },
  {
    requirement: 'SIM-2',
    mistake: 'a code can be used again',
    file: 'lib/simulator/grants.ts',
    from: 'return this.#codes.remove(code)',
    to: 'return this.#codes.get(code)',
    tests: ['simulator/token'],
  },
]
