// The package lacks the file of types that it names; its interface is that of the package for pages.
declare module 'onnxruntime-node' {
  export * from 'onnxruntime-web'
}
