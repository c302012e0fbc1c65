// Module of the Vite plugin in src/build/workflowTexts.ts.
declare module 'virtual:workflow-texts' {
  const texts: import('./workflows.ts').WorkflowTable
  export default texts
}
