// The chat widget: one script tag in, a custom element <crm-assistant> out. No dependency, no third-party request.
// <script src="https://your-server/widget.js" data-language="pt" data-country="MOZ" data-role="guard" defer></script>
// data-join="7K2Q4MTX" offers to join the cohort with that code.
// WORDS is filled by the server from channels/words.yaml.
(() => {
  const WORDS = {/*WORDS*/};
  const script = document.currentScript;
  const home = script ? new URL(script.src).origin : location.origin;
  const STYLE = `
:host{--ink:#16241f;--paper:#fbfaf6;--line:#d8d5c8;--accent:#0b5d4b;--soft:#eaf1ee;--warn:#8a1c10;display:block;color:var(--ink);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;background:var(--paper);border:1px solid var(--line);border-radius:12px;overflow:hidden}
:host([hidden]){display:none}*{box-sizing:border-box}
@media (prefers-color-scheme:dark){:host{--ink:#e9efe9;--paper:#141a18;--line:#3a4541;--accent:#7fd3bb;--soft:#1f2a26;--warn:#ff9d8f}}
.head{display:flex;gap:.5rem;align-items:center;flex-wrap:wrap;padding:.6rem .8rem;border-bottom:1px solid var(--line)}
.head b{flex:1;min-width:9rem}label{font-size:.8rem}select{font:inherit;font-size:.85rem;color:inherit;background:var(--paper);border:1px solid var(--line);
border-radius:6px;padding:.25rem;max-width:9.5rem;min-height:2rem}
.log{padding:.8rem;height:min(60vh,32rem);overflow-y:auto;overscroll-behavior:contain}
.me,.it{max-width:44rem;margin:0 0 .8rem;padding:.6rem .8rem;border-radius:10px;overflow-wrap:anywhere}
.me{background:var(--accent);color:var(--paper);margin-left:2rem;width:fit-content;margin-inline-start:auto}
.it{background:var(--soft);border-left:4px solid var(--accent)}.it.safety{border-left-color:var(--warn)}
.it p{margin:0 0 .45rem}.it p:first-child{font-weight:600}.it.plain p:first-child{font-weight:400}.plain p,.rest{white-space:pre-line}
a{color:var(--accent)}sup a{text-decoration:none;padding:0 .15rem;font-weight:600}
details{margin-top:.4rem;border-top:1px solid var(--line);padding-top:.3rem}summary{cursor:pointer;min-height:2rem;display:list-item;padding:.3rem 0}
ol{margin:.2rem 0;padding-left:1.6rem}li{margin:.35rem 0}q{display:block;font-size:.9rem}small{color:var(--warn)}
.buttons{display:flex;flex-wrap:wrap;gap:.4rem;margin-top:.5rem}
button{font:inherit;min-height:2.6rem;padding:.35rem .8rem;border-radius:8px;border:1px solid var(--accent);background:var(--paper);color:var(--accent);cursor:pointer;text-align:left}
button:hover{background:var(--soft)}button.send{background:var(--accent);color:var(--paper)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
form{display:flex;gap:.5rem;padding:.6rem .8rem;border-top:1px solid var(--line)}
textarea{flex:1;font:inherit;color:inherit;background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:.5rem;resize:none;min-height:2.8rem;max-height:8rem;min-width:0}textarea::placeholder{white-space:nowrap;overflow:hidden}
.clock{display:flex;gap:.5rem;justify-content:space-between;align-items:center;padding:.2rem .8rem;border-top:1px solid var(--line)}.clock[hidden]{display:none}
.clock label{display:flex;gap:.4rem;align-items:center;min-height:2rem}.clock span{font-variant-numeric:tabular-nums;white-space:nowrap}
.note{font-size:.8rem;padding:0 .8rem .6rem;margin:0}.wait{opacity:.75}.error{border-left-color:var(--warn)}
@media (max-width:420px){.me{margin-left:1rem}.log{height:62vh;padding:.6rem}}
@media (prefers-reduced-motion:no-preference){.log{scroll-behavior:smooth}}`;

  const make = (tag, attributes = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  };
  const minutes = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const remember = (key, value) => {
    try {
      if (value === undefined) return localStorage.getItem(key);
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch { /* private mode: the conversation lasts as long as the page */ }
    return null;
  };

  class CrmAssistant extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) return this.tick();
      this.attachShadow({ mode: "open" });
      this.home = this.getAttribute("home") || home;
      this.conversation = remember("crm-conversation") || undefined;
      const wanted = this.getAttribute("language") || remember("crm-language") || navigator.language.slice(0, 2);
      this.language = WORDS[wanted] ? wanted : "en";
      this.country = this.getAttribute("country") || remember("crm-country") || "";
      this.role = this.getAttribute("role-of-user") || remember("crm-role") || "";
      this.draw();
      const code = this.getAttribute("join");
      if (code) this.show([{ kind: "notice", language: this.language, text: this.say("join"), answer: null,
        buttons: [[{ label: this.say("join_now"), payload: `join:${code}` }]] }]);
    }

    disconnectedCallback() { clearInterval(this.ticking); }

    say(key) { return WORDS[this.language][key] || key; }

    draw() {
      const kept = this.log ? [...this.log.childNodes] : [];
      this.lang = this.language;
      this.log = make("div", { class: "log", role: "log", "aria-live": "polite", "aria-label": this.say("log"), tabindex: "0" }, ...kept);
      this.box = make("textarea", { rows: "1", maxlength: "2000", "aria-label": this.say("ask"), placeholder: this.say("placeholder"),
        onkeydown: (event) => { if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); this.submit(); } } });
      const form = make("form", { onsubmit: (event) => { event.preventDefault(); this.submit(); } },
        this.box, make("button", { class: "send", type: "submit" }, this.say("send")));
      const head = make("div", { class: "head" }, make("b", {}, this.say("title")),
        this.pick("language", this.say("language"), { en: "English", es: "Español", pt: "Português" }, this.language),
        this.pick("country", this.say("country"), { "": this.say("country_any"), MOZ: this.say("moz"), PER: this.say("per") }, this.country),
        this.pick("role", this.say("role"), { "": this.say("role_any"), guard: this.say("guard"), police: this.say("police"),
          trainer: this.say("trainer"), community: this.say("community") }, this.role));
      // Outside the log and hidden from screen readers: a time that changes must never be read out.
      this.clock = make("input", { type: "checkbox", checked: remember("crm-clock") === "on", onchange: () => {
        remember("crm-clock", this.clock.checked ? "on" : null);
        this.tick();
      } });
      this.time = make("span", { "aria-hidden": "true" });
      this.bar = make("div", { class: "clock", hidden: true }, make("label", {}, this.clock, this.say("clock")), this.time);
      this.tick();
      this.shadowRoot.replaceChildren(make("style", {}, STYLE), head, this.log, this.bar, form, make("p", { class: "note" }, this.say("notice")));
      if (!kept.length) this.add(make("div", { class: "it plain" }, make("p", {}, this.say("hello"))));
    }

    pick(name, label, options, value) {
      const select = make("select", { "aria-label": label, onchange: () => {
        this[name] = select.value;
        remember(`crm-${name}`, select.value);
        if (name === "language") this.draw();
      } }, ...Object.entries(options).map(([code, shown]) => make("option", { value: code, selected: code === value }, shown)));
      return select;
    }

    add(node) {
      this.log.append(node);
      node.scrollIntoView({ block: "nearest" });
      return node;
    }

    submit() {
      const text = this.box.value.trim();
      if (!text || this.busy) return;
      this.box.value = "";
      this.add(make("div", { class: "me" }, text));
      this.send({ text });
    }

    async send(what) {
      this.busy = true;
      const waiting = this.add(make("div", { class: "it plain wait" }, make("p", {}, this.say("wait"))));
      const once = crypto.randomUUID ? crypto.randomUUID() : String(Math.random());
      const body = { ...what, language: this.language };
      if (this.conversation) body.conversation = this.conversation;
      if (this.country) body.country = this.country;
      if (this.role) body.role = this.role;
      try {
        let found = await this.post(body, once);
        while (found && !found.answered) {
          this.show(found.replies);
          await new Promise((done) => setTimeout(done, 1000));
          const again = await fetch(this.home + found.poll);
          if (!again.ok) throw new Error(String(again.status));
          found = await again.json();
        }
        waiting.remove();
        this.conversation = found.conversation;
        remember("crm-conversation", found.conversation);
        this.show(found.replies);
      } catch (error) {
        waiting.remove();
        const text = error.message === "429" ? this.say("too_fast") : this.say(navigator.onLine ? "down" : "offline");
        this.add(make("div", { class: "it plain error", role: "alert" }, make("p", {}, text),
          make("div", { class: "buttons" }, make("button", { type: "button", onclick: (event) => {
            event.target.closest(".it").remove();
            this.send(what);
          } }, this.say("again")))));
      } finally {
        this.busy = false;
      }
    }

    async post(body, once) {
      for (let attempt = 0; ; attempt += 1) {
        try {
          const answer = await fetch(`${this.home}/api/v1/messages`, { method: "POST",
            headers: { "Content-Type": "application/json", "Idempotency-Key": once }, body: JSON.stringify(body) });
          if (!answer.ok) throw new Error(String(answer.status));
          return await answer.json();
        } catch (error) {
          if (attempt >= 2 || /^\d+$/.test(error.message)) throw error;
          await new Promise((done) => setTimeout(done, 800 * (attempt + 1)));
        }
      }
    }

    // The clock of a drill step that gives a time: only for who turned it on, and nothing happens when the time is up.
    timing(replies) {
      const step = replies.filter((reply) => reply.kind === "drill_step").pop();
      const name = step && JSON.stringify(step.buttons);
      if (!step || !step.timer_s) this.timed = null;
      else if (!this.timed || this.timed.name !== name) this.timed = { name, given: step.timer_s, since: performance.now() };
      this.tick();
    }

    tick() {
      clearInterval(this.ticking);
      this.time.textContent = "";
      this.bar.hidden = !this.timed;
      if (!this.timed || !this.clock.checked) return;
      const every = matchMedia("(prefers-reduced-motion: reduce)").matches ? 10 : 1;
      const tell = () => {
        const past = Math.floor((performance.now() - this.timed.since) / 1000);
        this.time.textContent = `${minutes(past - past % every)} / ${minutes(this.timed.given)}`;
      };
      tell();
      this.ticking = setInterval(tell, every * 1000);
    }

    show(replies) {
      if (replies && replies.length) this.timing(replies);
      let first = null;
      for (const reply of replies || []) {
        const node = this.bubble(reply);
        const old = reply.edits && this.lastDrill;
        if (old && old.isConnected) {
          const held = old.contains(old.getRootNode().activeElement);  // the pressed button goes: focus stays here
          old.replaceWith(node);
          if (held) { node.tabIndex = -1; node.focus({ preventScroll: true }); }
        } else this.add(node);
        if (reply.kind.startsWith("drill")) this.lastDrill = node;
        if (reply.kind === "answer" || !first) first = node;
        if (WORDS[reply.language] && reply.language !== this.language && !this.getAttribute("language")) node.lang = reply.language;
      }
      if (first && first.isConnected) this.log.scrollTop = Math.max(0, first.offsetTop - this.log.offsetTop - 8);
    }

    bubble(reply) {
      const answer = reply.answer;
      const node = make("div", { class: answer && answer.sentences.length ? "it" : "it plain" });
      if (answer && answer.kind === "safety") node.classList.add("safety");
      if (answer && answer.sentences.length) {
        const lead = reply.text.split("\n");
        const first = lead.findIndex((line) => line.startsWith(answer.sentences[0].text.slice(0, 30)));
        for (const line of first > 0 ? lead.slice(0, first) : []) if (line.trim()) node.append(make("p", {}, line));
        for (const sentence of answer.sentences) {
          const marks = sentence.numbers.map((number) => make("sup", {}, make("a", { href: `#s${answer.id}-${number}`,
            "aria-label": `${this.say("source")} ${number}`, onclick: (event) => { event.preventDefault(); this.open(node, number); } }, String(number))));
          node.append(make("p", {}, sentence.text, ...marks));
        }
        const after = reply.text.split(answer.sentences[answer.sentences.length - 1].text.slice(-30)).pop();
        const rest = after.replace(/^[\s\d[\],]*/, "").trim();
        if (rest && rest.length < reply.text.length / 2) node.append(make("p", { class: "rest" }, rest));
      } else {
        node.append(make("p", {}, reply.text));
      }
      if (answer && answer.sources.length) node.append(this.sources(answer));
      if (reply.buttons.length) {
        node.append(make("div", { class: "buttons" }, ...reply.buttons.flat().filter((button) => !(answer && button.payload.startsWith("src:"))).map((button) => make("button", { type: "button",
          onclick: () => {
            if (this.busy) return;
            this.add(make("div", { class: "me" }, button.label));
            this.send({ choice: button.payload });
          } }, button.label))));
      }
      return node;
    }

    sources(answer) {
      return make("details", {}, make("summary", {}, `${this.say("sources")} (${answer.sources.length})`),
        make("ol", {}, ...answer.sources.map((source) => make("li", { "data-number": String(source.number), value: String(source.number) },
          make("a", { href: this.home + source.path, target: "_blank", rel: "noopener" }, source.label),
          make("q", {}, source.quote), source.note ? make("small", {}, source.note) : null))));
    }

    open(node, number) {
      const details = node.querySelector("details");
      details.open = true;
      const link = details.querySelector(`li[data-number="${number}"] a`);
      link.focus();
    }
  }

  if (!customElements.get("crm-assistant")) customElements.define("crm-assistant", CrmAssistant);
  const place = () => {
    if (script && !document.querySelector("crm-assistant") && !script.hasAttribute("data-manual")) {
      const element = document.createElement("crm-assistant");
      for (const [name, value] of Object.entries({ language: script.dataset.language, country: script.dataset.country, "role-of-user": script.dataset.role, join: script.dataset.join })) {
        if (value) element.setAttribute(name, value);
      }
      script.after(element);
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
  else place();
})();
