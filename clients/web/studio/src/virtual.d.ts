declare module "virtual:licences" {
  /** What the page is made of. */
  const list: readonly { readonly name: string; readonly version: string; readonly licence: string; readonly notice: string }[];
  export default list;
}
