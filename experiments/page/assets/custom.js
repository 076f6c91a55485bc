// Solara includes a file of this name. Fetch the code for charts while the model is still being loaded.
{
  const link = document.createElement("link");
  Object.assign(link, {rel: "preload", as: "script", href: "/_solara/cdn/echarts@5.4.0/dist/echarts.js"});
  document.head.appendChild(link);
}
