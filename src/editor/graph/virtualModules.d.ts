// Module of the Vite plugin in src/build/usage.ts.
declare module 'virtual:usage' {
  /** Nodes and wires of the ready workflows. */
  const usage: import('./usage.ts').Usage
  export default usage
}
