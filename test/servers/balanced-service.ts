import type { Simulator } from '../../lib/simulator/index.ts'
import { freePort } from '../support/listen.ts'
import { Cluster, type Member } from './cluster.ts'
import { startNginx, type Balancer } from './nginx-server.ts'
import type { StoreServer } from './store-server.ts'

/** The number of instances of the service. */
const instances = 3

/** Instances of one service behind nginx. Every request may go to another of them. */
export class BalancedService implements AsyncDisposable {
  /** As browsers know it. */
  readonly url: string
  readonly #cluster: Cluster
  readonly #nginx: Balancer
  readonly #ports: readonly number[]
  #members: readonly Member[] = []

  private constructor(cluster: Cluster, nginx: Balancer, ports: readonly number[]) {
    this.#cluster = cluster
    this.#nginx = nginx
    this.#ports = ports
    this.url = nginx.url
  }

  static async start(store: StoreServer): Promise<BalancedService> {
    const ports: number[] = []
    for (let count = 0; count < instances; count++) ports.push(await freePort())
    const service = new BalancedService(await Cluster.start(store), await startNginx(ports), ports)
    service.#members = await Promise.all(ports.map((port) => service.#add(port)))
    return service
  }

  get op(): Simulator {
    return this.#cluster.op
  }

  /** The instances, each also at its own address. */
  get members(): readonly Member[] {
    return this.#members
  }

  /** Stops each instance in turn, and starts it again before the next. */
  async restartInTurn(): Promise<void> {
    for (const index of this.#ports.keys()) await this.replace(index)
  }

  /** Stops an instance as a deployment does, or kills it, and starts it again. */
  async replace(index: number, how: 'stop' | 'kill' = 'stop'): Promise<void> {
    await this.#members[index]?.[how]()
    this.#members = this.#members.with(index, await this.#add(this.#ports[index] ?? 0))
  }

  async #add(port: number): Promise<Member> {
    return this.#cluster.add(undefined, { port, publicURL: this.url })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#nginx[Symbol.asyncDispose]()
    await this.#cluster[Symbol.asyncDispose]()
  }
}
