// The package, packed and unpacked as npm installs it, shared by the suites that need it.
import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, inject } from 'vitest'
import { root } from './chromium.ts'

/** Folder of the unpacked package and its tarball (servers.ts). */
const packed = join(root, 'test-results/package')

/** The tarball of the package. */
export const tarball = join(packed, 'package.tgz')

export interface Consumer {
  /** Folder of the host, with the pages of test/consumer. */
  readonly folder: string
  /** Folder of the installed package. */
  readonly installed: string
}

/**
 * Installs the packed package beside the pages of test/consumer, for the calling suite. The folder
 * is inside the repository, so that its dependencies resolve.
 */
export function useConsumer(name: string): Consumer {
  const folder = join(root, 'test-results', name)
  const installed = join(folder, 'node_modules/litegraph-diffusion')
  beforeAll(async () => {
    // Answers once the package is packed.
    const answer = await fetch(new URL('package', inject('servers')))
    if (!answer.ok) throw new Error(await answer.text())
    rmSync(folder, { recursive: true, force: true })
    cpSync(join(root, 'test/consumer'), folder, { recursive: true })
    mkdirSync(join(folder, 'node_modules/@comfyorg'), { recursive: true })
    cpSync(join(packed, 'package'), installed, { recursive: true })
    for (const each of ['litegraph.js', '@comfyorg/litegraph'])
      symlinkSync(join(root, 'node_modules', each), join(folder, 'node_modules', each))
  }, 600_000)
  return { folder, installed }
}
