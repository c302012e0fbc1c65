// Modules of the Vite plugins in src/build.
declare module 'virtual:workflow-texts' {
  const texts: import('./workflows.ts').WorkflowTable
  export default texts
}

declare module 'virtual:descriptions' {
  /** Descriptions of the built-in nodes, by type. */
  const descriptions: Readonly<Record<string, import('./descriptions.ts').Description>>
  export default descriptions
}
