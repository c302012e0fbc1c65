// Types of the modules that the plugin in src/build/declarations.ts provides.
declare module 'virtual:declarations' {
  const declarations: import('../engine/plan/op.ts').Declaration[]
  export default declarations
}

declare module 'virtual:bare-declarations' {
  const declarations: import('../engine/plan/op.ts').Declaration[]
  export default declarations
}
