// Makes writes fail or wait, when imported before the program. The variable DISK is JSON:
//   code    error of a write, such as ENOSPC or EROFS; without one, the write waits
//   after   bytes that are written before; 0 fails when the file is opened
//   within  part of the paths that fail; all by default
//   wait    milliseconds to wait, after half of the bytes; prints "waiting" on standard error
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const { code, after = 0, within = '', wait = 0 } = JSON.parse(process.env.DISK)
const { open, writeFile } = fs
let written = 0

const failure = () =>
  Object.assign(new Error(`${code}: simulated, write`), { code, errno: -1, syscall: 'write' })

fs.open = async (path, flags, mode) => {
  const file = await open(path, flags, mode)
  if (flags === 'r' || !String(path).includes(within)) return file
  if (code && after === 0) {
    await file.close()
    await fs.rm(path)
    throw failure()
  }
  const write = file.writeFile.bind(file)
  file.writeFile = async (data) => {
    const bytes = Buffer.from(data)
    if (code && written + bytes.length > after) {
      await write(bytes.subarray(0, Math.max(0, after - written)))
      throw failure()
    }
    written += bytes.length
    if (!wait) return write(bytes)
    const half = bytes.length >> 1
    await write(bytes.subarray(0, half))
    process.stderr.write('waiting\n')
    await new Promise((resolve) => setTimeout(resolve, wait))
    await write(bytes.subarray(half))
  }
  return file
}
fs.writeFile = async (path, data) => {
  if (code && after === 0 && String(path).includes(within)) throw failure()
  return writeFile(path, data)
}
syncBuiltinESMExports()
