extension PageTemplates {
  /// The page's style sheet. Series colors are Okabe and Ito's, told apart by color-blind readers
  /// too, lightened for the dark scheme.
  static let style = colors + page + verdict + tables + pairs + plots + media

  private static let colors = """
    :root{color-scheme:light dark;--paper:#fdfdfb;--panel:#f4f4f0;--ink:#1b1e23;--soft:#59616b;
    --line:#dcdfe2;--link:#0a558c;--hot:#b8430a;--good:#00694f;--unknown:#6a4a9c;--bar:#7a8fa3;
    --mark:#fbe6b8;--s0:#4c545d;--s1:#0072b2;--s2:#00855f;--s3:#c05a00;--s4:#a8508a;--s5:#1b1e23}
    @media (prefers-color-scheme:dark){:root{--paper:#15181c;--panel:#1e2227;--ink:#e7e9eb;
    --soft:#a3abb4;--line:#363c43;--link:#7fc0f0;--hot:#f39a5c;--good:#4cc9a4;--unknown:#bda3ea;
    --bar:#66788a;--mark:#57461a;--s0:#b4bcc4;--s1:#56b4e9;--s2:#35c79c;--s3:#f0a04b;--s4:#e193c4;
    --s5:#e7e9eb}}

    """

  private static let page = """
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0 auto;max-width:70rem;padding:2rem clamp(1rem,4vw,3rem) 4rem;background:var(--paper);
    color:var(--ink);overflow-wrap:break-word;font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",sans-serif}
    h1,h2,h3,.headline{font-family:Charter,"Bitstream Charter","Sitka Text",Cambria,"Noto Serif","Liberation Serif",Georgia,serif;
    line-height:1.25;text-wrap:balance}
    h1{font-size:1.5rem;margin:.1rem 0 1.2rem;font-weight:600;overflow-wrap:anywhere}
    h2{font-size:1.4rem;margin:3rem 0 .8rem;padding-top:.9rem;border-top:1px solid var(--line)}
    h3{font-size:1.08rem;margin:1.6rem 0 .6rem}
    p{max-width:46rem;margin:.6rem 0}p,li{text-wrap:pretty}
    a{color:var(--link)}
    :focus-visible{outline:2px solid var(--link);outline-offset:2px}
    code,pre{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.86em}
    pre{background:var(--panel);padding:.9rem 1rem;border-radius:6px;overflow-x:auto;line-height:1.6}
    .kicker{font:600 .78rem/1.3 system-ui,sans-serif;letter-spacing:.06em;text-transform:uppercase;
    color:var(--soft);margin:0;padding:0;border:0}
    .source,footer{font-size:.82rem;color:var(--soft)}
    .source{overflow-wrap:anywhere}
    nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;padding:0;margin:1.4rem 0 0;font-size:.88rem}
    footer{margin-top:3rem;border-top:1px solid var(--line)}
    summary{cursor:pointer;color:var(--link);margin:.9rem 0;width:fit-content;max-width:100%}

    """

  private static let verdict = """
    #verdict{background:var(--panel);border-left:4px solid var(--link);border-radius:0 8px 8px 0;
    padding:1.2rem clamp(1rem,3vw,1.8rem)}
    .headline{font-size:clamp(1.3rem,1rem + 1.6vw,1.85rem);font-weight:600;max-width:54rem;margin:.4rem 0 1.1rem}
    .statements{list-style:none;margin:0;padding:0;display:grid;gap:.6rem;max-width:60rem}
    .statements li{display:grid;grid-template-columns:1.5rem 1fr;gap:.7rem}
    .sign{width:1.5rem;height:1.5rem;border-radius:50%;border:1.5px solid;display:grid;place-items:center;
    font:600 .9rem/1 system-ui,sans-serif;color:var(--soft)}
    .statements small{display:block;font-size:.84rem;color:var(--soft);font-variant-numeric:tabular-nums}
    .changed .sign{color:var(--good)}.warning .sign{color:var(--hot)}.unknown .sign{color:var(--unknown)}
    .caveats{margin:1rem 0 0;padding:.7rem 0 0 2.2rem;border-top:1px solid var(--line);color:var(--soft);
    font-size:.86rem;max-width:52rem}
    .key-numbers{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1rem 1.4rem;margin:1.6rem 0 0}
    .key-numbers dt{font-size:.82rem;color:var(--soft)}
    .key-numbers dd{margin:0;font-size:1.6rem;font-weight:600;font-variant-numeric:tabular-nums;line-height:1.25}
    .key-numbers small{display:block;font-size:.78rem;font-weight:400;color:var(--soft)}

    """

  private static let tables = """
    .sheet{margin:1.1rem 0}
    /* At its right edge a shadow where there is more to scroll to. */
    .table{overflow-x:auto;background:linear-gradient(270deg,var(--paper) 40%,transparent) right/2.5rem 100% no-repeat local,
    linear-gradient(270deg,var(--line),transparent) right/.8rem 100% no-repeat scroll}
    table{border-collapse:separate;border-spacing:0;font-size:.88rem;font-variant-numeric:tabular-nums;min-width:min(100%,28rem)}
    caption{text-align:left;color:var(--soft);font-size:.84rem;padding-bottom:.4rem;
    position:sticky;left:0;max-width:calc(100vw - 2rem)}
    th,td{padding:.32rem .8rem .32rem 0;text-align:left;vertical-align:top;border-bottom:1px solid var(--line)}
    th:last-child,td:last-child{padding-right:0}
    thead th{font-weight:600;color:var(--soft);border-bottom:1.5px solid var(--soft);vertical-align:bottom}
    tbody th{font-weight:500}
    .number{text-align:right}td.number{white-space:nowrap}thead .number{min-width:4rem}
    td.words,tbody th.words{white-space:nowrap}
    .text{min-width:11rem;overflow-wrap:anywhere}
    .total tr>*{font-weight:650;border-bottom:0;border-top:1.5px solid var(--soft)}
    .sheet:has(>.more:not([open])) .rest{display:none}
    .more summary{margin:.5rem 0;font-size:.88rem}

    """

  private static let pairs = """
    .pairs{list-style:none;padding:0;margin:1rem 0}
    .pairs li{display:grid;grid-template-columns:8.5rem 1fr 1fr;gap:.2rem 1.4rem;padding:.7rem 0;border-bottom:1px solid var(--line)}
    .pairs li[hidden]{display:none}
    .pairs p{margin:0}
    .pairs div{min-width:0}
    .why strong{display:block;font-variant-numeric:tabular-nums}
    .why span,.who{font-size:.82rem;color:var(--soft)}
    .guard,.chip{border:1px solid var(--line);border-radius:99px;padding:0 .5em;
    display:inline-block;max-width:100%;overflow:hidden;text-overflow:ellipsis;vertical-align:bottom}
    .chip{white-space:nowrap}
    .why .guard{color:var(--hot);border-radius:.6em}
    .pairs,.key-numbers,.headline,figcaption,li,summary{overflow-wrap:anywhere}
    .removed .who::before{content:"removed";margin-right:.5em;font-weight:600}
    .removed div:last-child .who::before{content:"stays"}
    mark{background:var(--mark);color:inherit;border-radius:2px}
    .listing{margin:1rem 0}.listing summary{margin:.4rem 0}
    .listing label{display:flex;flex-wrap:wrap;align-items:center;gap:.3rem .6rem;font-size:.88rem;color:var(--soft)}
    .listing input{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--soft);
    border-radius:6px;padding:.35rem .6rem;width:min(22rem,100%)}

    """

  private static let plots = """
    .figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,25rem),1fr));gap:1.2rem 2.4rem;margin:1.2rem 0}
    figure{margin:0;min-width:0;max-width:31rem}
    figcaption{font-size:.86rem;color:var(--soft);margin-top:.3rem}
    .numbers summary{font-size:.82rem;margin:.3rem 0}
    svg{display:block;width:100%;height:auto}
    svg text{font:\(SVG.labelSize)px system-ui,"Noto Sans","Liberation Sans",sans-serif;fill:var(--ink)}
    svg .tick{fill:var(--soft);font-size:\(SVG.tickSize)px}svg .strong{font-weight:650}svg text.hot{fill:var(--hot)}
    .grid{stroke:var(--line)}.axis,.zero{stroke:var(--soft)}.zero{stroke-width:1.5}
    .bar{fill:var(--bar)}.bar.hot{fill:var(--hot)}.band{fill:var(--line);opacity:.75}
    .threshold{stroke:var(--hot);stroke-width:1.5;stroke-dasharray:4 3}
    .curve,.loss,.legend{fill:none;stroke-width:2}.curve{stroke:var(--s1)}
    .loss{stroke-width:1.1;opacity:.75}.whisker{stroke-width:1.8}
    .stroke0{stroke:var(--s0)}.stroke1{stroke:var(--s1)}.stroke2{stroke:var(--s2)}
    .stroke3{stroke:var(--s3)}.stroke4{stroke:var(--s4)}.stroke5{stroke:var(--s5)}
    .fill0{fill:var(--s0)}.fill1{fill:var(--s1)}.fill2{fill:var(--s2)}
    .fill3{fill:var(--s3)}.fill4{fill:var(--s4)}.fill5{fill:var(--s5)}

    """

  /// On narrow pages tables either become lists of their cells or scroll beside their first column.
  private static let media = """
    @media screen and (max-width:44rem){h2{margin-top:2.2rem}.pairs li{grid-template-columns:1fr}.why strong{display:inline}
    th,td{padding-right:.6rem}
    tbody th.words{white-space:normal;min-width:7.4rem;max-width:9rem;overflow-wrap:anywhere}
    .table:not(.stacked) tr>:first-child{position:sticky;left:0;background:var(--paper)}
    .table:not(.stacked) .text{min-width:6rem}
    .stacked table,.stacked caption,.stacked tbody,.stacked tr,.stacked th{display:block;max-width:none}
    .stacked thead{position:absolute;clip-path:inset(50%)}
    .stacked tbody tr{padding:.5rem 0;border-bottom:1px solid var(--line)}
    .stacked tbody tr>*{display:inline-block;border:0;padding:0 .8rem 0 0;min-width:0;font-weight:400;white-space:normal}
    .stacked tbody th.text,.stacked tbody th.words{display:block;max-width:none;font-weight:600}
    .stacked td.text{display:block}
    .stacked td::before{content:attr(data-name) " ";color:var(--soft);font-size:.92em}}
    @page{margin:16mm}@media print{:root{--paper:#fff;--panel:#fff;--ink:#000;--soft:#444;--line:#bbb;--link:#000}
    body{max-width:none;padding:0;font-size:9.5pt}
    nav,.numbers,.listing label{display:none}table,caption,figcaption{font-size:8pt}.figures{grid-template-columns:1fr 1fr}.number,.words{padding-right:.6em}
    figure,.pairs li,tr,.statements li{break-inside:avoid}
    h2,h3,summary,caption{break-after:avoid}thead{display:table-header-group}
    .table{overflow:visible;background:none}
    details:not(.listing details)::details-content{content-visibility:visible;display:block;height:auto}}

    """
}
