import Mustache

/// The page's templates, compiled into the binary. Every value is inserted with three braces: it
/// comes escaped (``Escaped``).
enum PageTemplates {
  /// A template that does not parse is a mistake in this file, which any rendering test shows.
  static let library: MustacheLibrary = {
    let templates = [
      "page": page, "verdict": verdict, "section": section, "blocks": blocks, "table": table,
      "cell": cell, "figures": figures, "pairs": pairs, "item": item, "listings": listings,
    ]
    return MustacheLibrary(templates: templates.mapValues { try! MustacheTemplate(string: $0) })
  }()

  private static let page = """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8"/>
    <meta name="viewport" content="width=device-width, initial-scale=1"/>
    <meta name="color-scheme" content="light dark"/>
    <title>{{{title}}} · simcurate {{{kind}}}</title>
    <style>{{{style}}}</style>
    </head>
    <body>
    <header>
    <p class="kicker">simcurate {{{kind}}} · {{{created}}}</p>
    <h1><bdi>{{{title}}}</bdi></h1>
    </header>
    <main>
    {{> verdict}}
    {{#sections}}
    {{> section}}
    {{/sections}}
    </main>
    <footer><p>{{{footer}}}</p></footer>
    {{#script}}<script>
    {{{script}}}
    </script>
    {{/script}}</body>
    </html>

    """

  private static let verdict = """
    <section id="verdict" aria-labelledby="verdict-title">
    <h2 id="verdict-title" class="kicker">{{{leadTitle}}}</h2>
    <p class="headline">{{{headline}}}</p>
    <ul class="statements">
    {{#statements}}
    <li class="{{{tone}}}"><span class="sign" role="img" aria-label="{{{meaning}}}">{{{glyph}}}</span><span>{{{text}}} <small>{{{evidence}}}</small></span></li>
    {{/statements}}
    </ul>
    {{#hasCaveats}}
    <ul class="caveats">
    {{#caveats}}
    <li>{{{.}}}</li>
    {{/caveats}}
    </ul>
    {{/hasCaveats}}
    </section>
    {{#hasKeyNumbers}}
    <dl class="key-numbers">
    {{#keyNumbers}}
    <div><dt>{{{label}}}</dt><dd>{{{value}}}<small>{{{note}}}</small></dd></div>
    {{/keyNumbers}}
    </dl>
    {{/hasKeyNumbers}}
    <nav aria-label="Sections"><ul>
    {{#sections}}
    <li><a href="#{{{name}}}">{{{title}}}</a></li>
    {{/sections}}
    </ul></nav>

    """

  private static let section = """
    <section id="{{{name}}}">
    <h2>{{{title}}}</h2>
    {{> blocks}}
    {{#source}}
    <p class="source">Source: <code>{{{source}}}</code></p>
    {{/source}}
    </section>

    """

  private static let blocks = """
    {{#blocks}}
    {{#paragraph}}<p>{{{paragraph}}}</p>
    {{/paragraph}}{{#heading}}<h3>{{{heading}}}</h3>
    {{/heading}}{{#table}}{{> table}}{{/table}}{{#figures}}{{> figures}}{{/figures}}{{#pairs}}{{> pairs}}{{/pairs}}{{#listings}}{{> listings}}{{/listings}}{{#commands}}<pre tabindex="0"><code>{{{commands}}}</code></pre>
    {{/commands}}{{#details}}<details><summary>{{{summary}}}</summary>
    {{> blocks}}
    </details>
    {{/details}}
    {{/blocks}}

    """

  private static let table = """
    <div class="sheet">
    <div class="{{{shape}}}" role="region" tabindex="0" aria-label="{{{caption}}}">
    <table>
    <caption>{{{caption}}}</caption>
    <thead><tr>{{#columns}}<th scope="col" class="{{{kind}}}">{{{title}}}</th>{{/columns}}</tr></thead>
    {{#parts}}
    <tbody class="{{{part}}}">
    {{#rows}}
    <tr>{{#head}}<th scope="row" class="{{{kind}}}">{{> cell}}</th>{{/head}}{{#cells}}<td class="{{{kind}}}"{{#name}} data-name="{{{name}}}"{{/name}}>{{> cell}}</td>{{/cells}}</tr>
    {{/rows}}
    </tbody>
    {{/parts}}
    </table>
    </div>
    {{#more}}<details class="more"><summary>{{{more}}}</summary></details>
    {{/more}}
    </div>

    """

  private static let cell = """
    <bdi{{#full}} title="{{{full}}}"{{/full}}>{{{text}}}</bdi>
    """

  private static let figures = """
    <div class="figures">
    {{#list}}
    <figure>
    {{{drawing}}}
    <figcaption>{{{caption}}}</figcaption>
    {{#data}}
    <details class="numbers"><summary>as numbers</summary>
    {{> table}}
    </details>
    {{/data}}
    </figure>
    {{/list}}
    </div>

    """

  private static let pairs = """
    <ul class="pairs">
    {{#list}}
    <li class="{{{kind}}}"><p class="why"><strong>{{{score}}}</strong> <span>{{{stage}}}</span>{{#guards}} <span class="guard">{{{.}}}</span>{{/guards}}</p>
    <div>{{#record}}{{> item}}{{/record}}</div>
    <div>{{#witness}}{{> item}}{{/witness}}</div></li>
    {{/list}}
    </ul>

    """

  private static let listings = """
    <div class="listing">
    {{#kinds}}
    <details><summary>{{{summary}}}</summary>
    {{#pairs}}{{> pairs}}{{/pairs}}
    </details>
    {{/kinds}}
    </div>

    """

  private static let item = """
    <p class="who"><code><bdi>{{{id}}}</bdi></code>{{#label}} <span class="chip"><bdi>{{{label}}}</bdi></span>{{/label}}</p><p class="said"><bdi{{#full}} title="{{{full}}}"{{/full}}>{{{text}}}</bdi></p>
    """
}
