import "@fontsource-variable/bricolage-grotesque/index.css";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/layout.css";
import "./styles/stage.css";
import "./styles/side.css";

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { App } from "./app/app";
import { wire } from "./app/wiring";

const root = document.getElementById("studio");
if (root) {
  wire();
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
