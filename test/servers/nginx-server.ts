import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../support/listen.ts'
import { startDaemon } from './daemon.ts'

/** A proxy in front of several ports of this machine. */
export interface Balancer extends AsyncDisposable {
  readonly url: string
}

/**
 * Starts Debian's nginx, which gives each request to the next of the ports, whoever sends it.
 *
 * @param ports - they need no listener yet
 */
export async function startNginx(ports: readonly number[]): Promise<Balancer> {
  const directory = await mkdtemp(join(tmpdir(), 'nginx-'))
  const port = await freePort()
  const path = join(directory, 'nginx.conf')
  await writeFile(path, configuration(directory, port, ports))
  const args = ['-e', 'stderr', '-p', directory, '-c', path]
  const daemon = await startDaemon('/usr/sbin/nginx', args, /start worker process \d/)
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      await daemon.end('SIGTERM')
      await rm(directory, { recursive: true })
    },
  }
}

/** The rest is nginx's default, for example the size of its buffers. */
function configuration(directory: string, port: number, ports: readonly number[]): string {
  // Workers of a program that root started must be able to write into root's folder.
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `
${user}
daemon off;
worker_processes 1;
pid ${directory}/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${directory}/${name};`).join('\n  ')}
  upstream service {
    ${ports.map((one) => `server 127.0.0.1:${one} max_fails=0;`).join('\n    ')}
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://service;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      proxy_set_header X-Forwarded-Proto $scheme;
    }
  }
}
`
}
