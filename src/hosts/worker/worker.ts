// Default worker of hosts, and of pages in one file.
import { serveNamed } from './serveNamed.ts'

serveNamed()
