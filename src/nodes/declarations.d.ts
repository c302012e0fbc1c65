// Types of the module that the plugin in src/build/declarations.ts provides.
declare module 'virtual:declarations' {
  const declarations: import('../engine/plan/op.ts').Declaration[]
  export default declarations
}
