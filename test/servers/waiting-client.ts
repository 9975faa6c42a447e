/** The part of a client of Redis that this file calls. */
interface Commanded {
  sendCommand(words: string[]): Promise<unknown>
}

/** The commands of connect-redis that write. */
const writes = new Set<PropertyKey>(['set', 'del', 'expire'])

/** Returns a client whose writes fail unless a replica acknowledges them within 0.2 seconds. */
export function waitingForReplica<Client extends Commanded & object>(client: Client): Client {
  return new Proxy(client, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target)
      if (typeof member !== 'function') return member
      if (!writes.has(name)) return member.bind(target) as unknown
      return async (...given: unknown[]) => {
        const result: unknown = await Reflect.apply(member, target, given)
        const acknowledged = await target.sendCommand(['WAIT', '1', '200'])
        if (Number(acknowledged) < 1) throw new Error('No replica of Redis has acknowledged a write')
        return result
      }
    },
  })
}
