//! Templates, what they come to, and what is refused. Prometheus judges each of them as well (`promtool.rs`).

/// Templates in the manner of public rule files, and what they come to.
pub(crate) const LIKE_OTHERS: &[(&str, &str)] = &[
    ("Disk full (instance {{ $labels.instance }})", "Disk full (instance host.example:9100)"),
    ("{{$labels.instance}} of job {{$labels.job}} is down", "host.example:9100 of job node is down"),
    ("Pod {{ $labels.namespace }}/{{ $labels.pod }} restarts", "Pod shop/cart-7d9f restarts"),
    ("Pod {{ .Labels.pod }} has {{ .Value | humanize }}", "Pod cart-7d9f has 123.5M"),
    ("It is {{ $value }} now", "It is 1.23456789125e+08 now"),
    (
        "Full\n  VALUE = {{ $value }}\n  LABELS = {{ $labels }}",
        "Full\n  VALUE = 1.23456789125e+08\n  LABELS = map[__name__:m instance:host.example:9100 job:node \
         mountpoint:/data namespace:shop pod:cart-7d9f quote:a\"b]",
    ),
    ("{{ $value | humanizePercentage }} full", "1.235e+10% full"),
    ("{{ $value | humanize1024 }}B", "117.7MiB"),
    ("{{ $value | humanizeDuration }}", "1428d 21h 33m 9s"),
    ("{{ printf \"%.2f\" $value }}% of requests", "123456789.12% of requests"),
    ("{{ $value | printf \"%.1f\" }}s", "123456789.1s"),
    ("{{ printf \"%.0f\" $value }} items", "123456789 items"),
    ("{{ printf \"%d\" $value }}", "%!d(float64=1.23456789125e+08)"),
    (
        "Total: {{ with printf \"memory_bytes{instance='%s'}\" .Labels.instance | query }}{{ . | first | value | \
         humanize1024 }}B{{ end }}",
        "Total: 15.62GiB",
    ),
    (
        "of {{ printf `memory_bytes{instance=\"%s\"}` $labels.instance | query | first | value | humanize1024 }}B",
        "of 15.62GiB",
    ),
    ("{{ with query \"nothing\" }}{{ . | first | value }}{{ else }}none{{ end }}", "none"),
    (
        "{{ range query \"up\" | sortByLabel \"instance\" }}{{ .Labels.instance }}={{ .Value }} {{ end }}",
        "a=1 b=0 c=1 ",
    ),
    (
        "{{ range query \"sum by (job) (up)\" | sortByLabel \"job\" }}\n- {{ .Labels.job }}: {{ .Value | humanize }}\n\
         {{ end }}",
        "\n- node: 1\n\n- web: 1\n",
    ),
    (
        "{{- range $i, $s := query \"up\" | sortByLabel \"instance\" }}{{ if $i }}, {{ end }}{{ $s.Labels.instance }}\
         {{ end -}}",
        "a, b, c",
    ),
    ("{{ if eq $labels.severity \"critical\" }}Page!{{ else }}Later.{{ end }}", "Later."),
    ("{{ if eq $labels.job \"web\" }}A{{ else if eq $labels.job \"node\" }}B{{ else }}C{{ end }}", "B"),
    ("{{ if gt $value 100.0 }}much{{ else }}little{{ end }}", "much"),
    ("{{ if and (eq $labels.job \"node\") (lt $value 1e9) }}yes{{ end }}", "yes"),
    ("{{ if or $labels.missing (not $labels.absent) }}yes{{ end }}", "yes"),
    ("{{ if $labels.pod }}Pod {{ $labels.pod }}{{ end }}", "Pod cart-7d9f"),
    ("{{ if match \"^cart-.*\" $labels.pod }}cart{{ end }}", "cart"),
    ("{{ reReplaceAll \":9100\" \"\" $labels.instance }}", "host.example"),
    ("{{ $labels.instance | reReplaceAll \"([^.]+)\\\\.(.*):.*\" \"$1 in $2\" }}", "host in example"),
    ("{{ $labels.instance | stripPort }} {{ stripDomain $labels.instance }}", "host.example host:9100"),
    ("{{ $labels.namespace | title }} {{ $labels.job | toUpper }}", "Shop NODE"),
    (
        "Up since {{ query \"started_seconds\" | first | value | humanizeTimestamp }}",
        "Up since 2015-06-23 13:19:44.128 +0000 UTC",
    ),
    ("{{ query \"up == 0\" | len }} of {{ len (query \"up\") }} down", "1 of 3 down"),
    ("{{ query \"up{instance='a'}\" | first | label \"job\" }}", "node"),
    ("{{ $externalLabels.region }} {{ $externalURL }}", "eu http://prom.example:9090/pre"),
    (
        "{{ $externalURL }}{{ graphLink \"up{job='a'} + 1\" }}",
        "http://prom.example:9090/pre/graph?g0.expr=up%7Bjob%3D%27a%27%7D+%2B+1&g0.tab=0",
    ),
    (
        "https://wiki/?q={{ $labels.mountpoint | urlquery }}&r={{ urlquery \"a b\" }}",
        "https://wiki/?q=%2Fdata&r=a+b",
    ),
    ("{{ $x := $labels.pod }}{{ $x }} {{ $y := 5 }}{{ $y = 6 }}{{ $y }}", "cart-7d9f 6"),
    ("{{ slice $labels.pod 0 4 }} {{ index $labels \"job\" }}{{ index $labels \"no\" }}", "cart node"),
    ("{{/* Nobody reads this. */}}a {{- /* nor this */ -}} b", "ab"),
    ("100% of {{ \"{{\" }} ${{ $labels.job }} $1", "100% of {{ $node $1"),
    ("No template at all: }} $labels.job", "No template at all: }} $labels.job"),
];

/// Templates that try the language, and what they come to.
pub(crate) const LANGUAGE: &[(&str, &str)] = &[
    (
        "{{ eq nil nil }} {{ eq nil 1 }} {{ ne $labels.x nil }} {{ eq \"\" $labels.x }}",
        "true false true true",
    ),
    (
        "{{ print (query \"up == 0\" | first) }} {{ printf \"%v\" (query \"up == 0\" | first) }} {{ html (query \"up == 0\" | first) }}",
        "&{map[__name__:up instance:b job:node] 0} &{map[__name__:up instance:b job:node] 0} {map[__name__:up instance:b job:node] 0}",
    ),
    (
        "{{ $n := query \"vector(NaN)\" | first | value }}{{ gt $n 1.0 }} {{ ge $n 1.0 }} {{ lt $n 1.0 }} {{ le $n 1.0 }} {{ eq $n $n }} {{ ne $n $n }} {{ if $n }}t{{ end }} {{ printf \"%05.1f|%+f|%6v\" $n $n $n }}",
        "true true false false false true t   NaN|+NaN|   NaN",
    ),
    (
        "{{ $n := query \"vector(Inf)\" | first | value }}{{ printf \"%05.1f|%+f|%6v|% f\" $n $n $n $n }} {{ humanizeDuration $n }}",
        " +Inf|+Inf|  +Inf| Inf +Inf",
    ),
    (
        "{{ and (eq 1 2) (query \"bad{\") }} {{ or true (first (query \"nothing\")) }}{{ if and 1 (query \"nothing\") }}y{{ else }}n{{ end }}",
        "false truen",
    ),
    (
        "{{ reReplaceAll \"[^[:alpha:][]\" \".\" \"a[1ä\" }} {{ reReplaceAll \"[]a&&b]\" \"\" \"a]&bc\" }} {{ match \"^\\\\Qa.b\\\\E$\" \"a.b\" }}",
        "a[.. c true",
    ),
    (
        "{{ reReplaceAll \"[\\\\W\\\\d]\" \"-\" \"ab1 ä\" }} {{ reReplaceAll \"\\\\B\" \"|\" \"abc\" }} {{ reReplaceAll \"\\\\pL\\\\S\" \"\" \"1äb\" }}",
        "ab--- a|b|c 1",
    ),
    (
        "{{ 1 | }} {{ printf \"%[1]5d|%5[1]d|%[1].2f|%-5[2]s|\" 7 \"a\" }}",
        "1 %!d(BADINDEX)|    7|%!f(BADINDEX)|a    |",
    ),
    (
        "{{ 1e20 }}|{{ 1e21 }}|{{ 1e6 }}|{{ 1e5 }}|{{ 123456.5 }}|{{ 1e-5 }}|{{ 0.0001 }}|{{ .5 }}",
        "1e+20|1e+21|1e+06|100000|123456.5|1e-05|0.0001|0.5",
    ),
    (
        "{{ 'a' }} {{ 0x1F }} {{ 1_000 }} {{ 017 }} {{ 0b11 }} {{ -5 }} {{ +5 }} {{ true }}",
        "97 31 1000 15 3 -5 5 true",
    ),
    ("{{ \"a\\tb\\x41\\u00e4\\\"\" }} {{ `a\\tb` }} {{ '\\'' }}", "a\tbAä\" a\\tb 39"),
    (
        "{{ printf \"%v %g %s %d %q %.3g %G\" $value 1e6 5 1.5 \"a\\tb\" $value 1e9 }}",
        "1.23456789125e+08 1e+06 %!s(int=5) %!d(float64=1.5) \"a\\tb\" 1.23e+08 1E+09",
    ),
    (
        "{{ printf \"%6.2f|%-8v|%08.3f|%+d|%x|%X|% d|%#x|%6v|%5t\" 3.14159 \"ab\" -3.14159 5 255 \"hi\" 5 255 true false }}",
        "  3.14|ab      |-003.142|+5|ff|6869| 5|0xff|  true|false",
    ),
    (
        "{{ printf \"%e %t %% %T %T %c %U %o %b %+.1e\" 12345.678 true $labels $value 65 65 8 5 12345.0 }}",
        "1.234568e+04 true % map[string]string float64 A U+0041 10 101 +1.2e+04",
    ),
    (
        "{{ printf \"%d\" }} {{ printf \"%d\" 1 2 \"a\" }} {{ printf \"%\" }} {{ printf \"%!\" }} {{ printf \"%s\" nil }}",
        "%!d(MISSING) 1%!(EXTRA int=2, string=a) %!(NOVERB) %!!(MISSING) %!s(<nil>)",
    ),
    (
        "{{ printf \"%[2]s %[1]s\" \"a\" \"b\" }} {{ printf \"%*d\" 5 42 }} {{ printf \"%05s\" \"ab\" }} {{ printf \"%.2s\" \"äöü\" }}",
        "b a    42 000ab äö",
    ),
    (
        "{{ printf \"%6.2f|%t|%5d|%s\" \"a\" \"x\" \"b\" true }}",
        "%!f(string=     a)|%!t(string=x)|%!d(string=    b)|%!s(bool=true)",
    ),
    ("{{ printf \"%-6d|%06d|%+06d|%.3d|%5.3d|%x\" 5 -5 5 5 5 -255 }}", "5     |-00005|+00005|005|  005|-ff"),
    ("{{ printf \"%s %q\" $externalLabels $externalLabels }}", "map[region:eu] map[\"region\":\"eu\"]"),
    ("{{ printf \"%s %v\" (toTime 0) (query \"nothing\") }}", "1970-01-01 00:00:00 +0000 UTC []"),
    ("{{ printf \"%q %q %x %X\" \"a\\x01\" 65 \"hé\" \"hé\" }}", "\"a\\x01\" 'A' 68c3a9 68C3A9"),
    (
        "{{ printf \"%[3]d %[1]d %[9]d\" 1 2 3 }} {{ printf \"%[1]d %d %[1]v\" 7 8 }} {{ printf \"%.f|%.0f\" 2.5 3.5 }}",
        "3 1 %!d(BADINDEX) 7 8 7 2|4",
    ),
    (
        "{{ gt $value 10.0 }} {{ eq \"a\" \"b\" \"a\" }} {{ and 1 0 2 }} {{ or 0 \"\" \"x\" }} {{ not 0 }} {{ ne 1 2 }}",
        "true true 0 x true true",
    ),
    (
        "{{ le 1 1 }} {{ ge \"b\" \"a\" }} {{ lt \"a\" \"b\" }} {{ eq true true }} {{ 1 | eq 1 }} {{ and true $labels.job }}",
        "true true true true true node",
    ),
    ("{{ query \"up{instance='a'}\" | first }}", "{map[__name__:up instance:a job:node] 1}"),
    (
        "{{ . }}|{{ $.Value }}|{{ $externalLabels }}",
        "{map[__name__:m instance:host.example:9100 job:node mountpoint:/data namespace:shop pod:cart-7d9f quote:a\"b] \
      map[region:eu] http://prom.example:9090/pre 1.23456789125e+08}|1.23456789125e+08|map[region:eu]",
    ),
    (
        "{{ len $labels }} {{ index \"abc\" 1 }} {{ (index (query \"up == 0\") 0).Labels.instance }} {{ len \"äb\" }}",
        "7 98 b 3",
    ),
    ("{{ args 1 \"b\" }} {{ (args 1 2).arg9 }} {{ (args 1 2).arg1 }}", "map[arg0:1 arg1:b] <no value> 2"),
    (
        "{{ html \"<a href='x'>\\\"&\" }} {{ js \"a'b\\\"<>=&\\n\" }} {{ urlquery \"a b&c=ä~*\" }} {{ html 5 \"<\" 6 7 }}",
        "&lt;a href=&#39;x&#39;&gt;&#34;&amp; a\\'b\\\"\\u003C\\u003E\\u003D\\u0026\\u000A a+b%26c%3D%C3%A4~%2A 5&lt;6 7",
    ),
    (
        "{{ \"hello wörld foo_bar it's\" | title }} {{ toUpper \"straße\" }} {{ toLower \"ÄB\" }}",
        "Hello Wörld Foo_bar It'S STRAßE äb",
    ),
    (
        "{{ stripPort \"host:80\" }} {{ stripPort \"[::1]:80\" }} {{ stripPort \"a:b:c\" }} {{ stripPort \"host\" }}",
        "host ::1 a:b:c host",
    ),
    (
        "{{ stripDomain \"a.b.c:80\" }} {{ stripDomain \"1.2.3.4:80\" }} {{ stripDomain \"[::1]:80\" }} {{ stripDomain \"a.b\" }}",
        "a:80 1.2.3.4:80 [::1]:80 a",
    ),
    (
        "{{ humanize 0.0 }} {{ humanize 1234567.0 }} {{ humanize 0.00012 }} {{ humanize \"1e9\" }} {{ humanize 1 }} \
      {{ humanize -12345.0 }} {{ humanize 999.99 }} {{ humanize 1e27 }} {{ humanize 1e-30 }}",
        "0 1.235M 120u 1G 1 -12.35k 1000 1000Y 1e-06y",
    ),
    (
        "{{ humanize1024 1048576.0 }} {{ humanize1024 0.5 }} {{ humanize1024 -5000 }} {{ humanize1024 1 }}",
        "1Mi 0.5 -4.883ki 1",
    ),
    (
        "{{ humanizeDuration 0 }} {{ humanizeDuration 3661 }} {{ humanizeDuration 0.0123 }} {{ humanizeDuration -90061.5 }} \
      {{ humanizeDuration 59.999 }} {{ humanizeDuration 60 }} {{ humanizeDuration \"86400\" }} {{ humanizeDuration -0.5 }}",
        "0s 1h 1m 1s 12.3ms -1d 1h 1m 1s 60s 1m 0s 1d 0h 0m 0s -500ms",
    ),
    (
        "{{ humanizePercentage 0.12345678 }} {{ humanizePercentage 1 }} {{ humanize \"NaN\" }} {{ humanize \"+Inf\" }}",
        "12.35% 100% NaN +Inf",
    ),
    (
        "{{ humanizeTimestamp 1435065584.128 }} {{ toTime 1435065584 }} {{ humanizeTimestamp -1.5 }}",
        "2015-06-23 13:19:44.128 +0000 UTC 2015-06-23 13:19:44 +0000 UTC 1969-12-31 23:59:58.5 +0000 UTC",
    ),
    (
        "{{ parseDuration \"1h2m10ms\" }} {{ tableLink \"up\" }} {{ safeHtml \"<b>\" }}",
        "3720.01 /graph?g0.expr=up&g0.tab=1 <b>",
    ),
    (
        "{{ reReplaceAll \"(h)(.*?)\\\\.\" \"$2-${1}x$1x$$-\" $labels.instance }} {{ reReplaceAll \"x*\" \"-\" \"abxcx\" }} \
      {{ reReplaceAll \"(?P<n>b)\" \"<$n>${n}\" \"abc\" }} {{ reReplaceAll \"a.c\" \"x\" \"a\\nc\" }}",
        "ost-hx$-example:9100 -a-b-c- a<b>bc a\nc",
    ),
    (
        "{{ reReplaceAll \"\\\\d+\" \"#\" \"a1 ٣\" }} {{ match \"^\\\\w+$\" \"ä\" }} {{ match \"(?i)^ä$\" \"Ä\" }} {{ reReplaceAll \"\\\\s\" \"_\" \"a\\u00a0b c\" }} {{ match \"a\\\\b\" \"aä\" }}",
        "a# ٣ false true a\u{a0}b_c true",
    ),
    (
        "{{ print 1 2 \"a\" \"b\" 3 4 nil true }}|{{ println \"a\" 1 }}|{{ print nil }}|{{ print 1.5 2 }}",
        "1 2ab3 4 <nil> true|a 1\n|<nil>|1.5 2",
    ),
    ("{{ strvalue (query \"up\" | first) }}|{{ query \"up == 0\" | first | value }}", "|0"),
    (
        "{{ with $x := 5 }}{{ $x }}{{ . }}{{ else }}no{{ end }} {{ range $k, $v := $externalLabels }}{{ $k }}:{{ $v }},{{ end }}",
        "55 region:eu,",
    ),
    ("{{ range $labels }}[{{ . }}]{{ end }}", "[m][host.example:9100][node][/data][shop][cart-7d9f][a\"b]"),
    ("{{ range query \"nothing\" }}x{{ else }}none{{ end }}", "none"),
    (
        "{{ define \"t\" }}[{{ . }}]{{ end }}{{ template \"t\" 5 }}{{ block \"b\" \"x\" }}<{{ . }}{{ $ }}>{{ end }}",
        "[5]<xx>",
    ),
    (
        "{{ $x := 1 }}{{ if true }}{{ $x = 2 }}{{ $x := 3 }}{{ end }}{{ $x }} a {{- \" b \" -}} c {{- 3 }}",
        "2 a b c3",
    ),
    (
        "{{ range query \"up\" | sortByLabel \"instance\" }}{{ if eq .Value 0.0 }}{{ continue }}{{ end }}{{ .Labels.instance }}\
      {{ if eq .Labels.instance \"c\" }}{{ break }}{{ end }}{{ end }}",
        "ac",
    ),
    (
        "{{ if (query \"nothing\") }}a{{ else }}b{{ end }}{{ if 0.0 }}a{{ else }}b{{ end }}{{ if $labels }}c{{ end }}",
        "bbc",
    ),
    (
        "{{ slice \"abcdef\" 1 3 }} {{ slice \"abc\" 1 }} {{ slice \"abc\" }} {{ len (slice (query \"up\") 1 2) }}",
        "bc bc abc 1",
    ),
    ("{{\n  $value\n  | humanize\n}}", "123.5M"),
    ("{{ (printf \"%s\" (print 1)) | printf \"%s-%s\" \"a\" }}", "a-1"),
    ("a  \n {{- 1 }}\n\n {{ 2 -}} \t\n b", "a1\n\n 2b"),
];

/// What Prometheus expands by an error, and what we say.
pub(crate) const REFUSED: &[(&str, &str)] = &[
    ("{{ eq $value 1 }}", "1:4: error calling eq: incompatible types for comparison"),
    ("{{ lt 1 2.0 }}", "1:4: error calling lt: incompatible types for comparison"),
    ("{{ eq $labels $labels }}", "1:4: error calling eq: non-comparable type map[string]string"),
    ("{{ lt true false }}", "1:4: error calling lt: invalid type for comparison"),
    ("{{ eq 1 }}", "1:4: error calling eq: missing argument for comparison"),
    (
        "a\n b {{ query \"nothing\" | first }}",
        "2:25: error calling first: first() called on vector with no elements",
    ),
    ("{{ $labels.nothing.more }}", "1:4: can't evaluate field more in type string"),
    ("{{ .Foo }}", "1:4: can't evaluate field Foo in type struct"),
    ("{{ $value | toUpper }}", "1:13: wrong type for value; expected string; got float64"),
    ("{{ first }}", "1:4: wrong number of args for first: want 1 got 0"),
    ("{{ print | first 1 2 }}", "1:12: wrong number of args for first: want 1 got 3"),
    (
        "{{ humanize \"abc\" }}",
        "1:4: error calling humanize: strconv.ParseFloat: parsing \"abc\": invalid syntax",
    ),
    ("{{ humanize true }}", "1:4: error calling humanize: can't convert bool to float"),
    (
        "{{ humanizeTimestamp 1e30 }}",
        "1:4: error calling humanizeTimestamp: 1e+30 cannot be represented as a nanoseconds timestamp since it overflows \
         int64",
    ),
    ("{{ reReplaceAll \"(\" \"\" \"a\" }}", "1:4: error calling reReplaceAll: error: unclosed group"),
    ("{{ match \"(\" \"a\" }}", "1:4: error calling match: error: unclosed group"),
    ("{{ nil }}", "1:4: nil is not a command"),
    ("{{ range 5 }}x{{ end }}", "1:10: range can't iterate over int"),
    ("{{ range \"abc\" }}x{{ end }}", "1:10: range can't iterate over string"),
    ("{{ index (query \"up\") 7 }}", "1:4: error calling index: index out of range: 7"),
    ("{{ index $labels 1 }}", "1:4: error calling index: value has type int; should be string"),
    ("{{ slice \"abc\" 2 1 }}", "1:4: error calling slice: invalid slice index: 2 > 1"),
    ("{{ len 5 }}", "1:4: error calling len: len of type int"),
    ("{{ \"a\" \"b\" }}", "1:4: can't give argument to what is no function"),
    ("{{ $labels.job \"b\" }}", "1:4: can't give argument to what is no function"),
    ("{{ printf 5 }}", "1:4: wrong type for value; expected string; got int"),
    (
        "{{ parseDuration \"soon\" }}",
        "1:4: error calling parseDuration: not a valid duration string: \"soon\"",
    ),
    ("{{ template \"x\" }}", "1:1: template \"x\" not defined"),
];

/// What Prometheus does not read at all, and what we say.
pub(crate) const UNREADABLE: &[(&str, &str)] = &[
    ("{{ $labels.job", "1:1: unclosed action"),
    ("{{ $labels.job }", "1:16: unexpected '}' in action"),
    ("{{", "1:1: unclosed action"),
    ("{{ }}", "1:4: missing value for command"),
    ("{{ if }}x{{ end }}", "1:7: missing value for command"),
    ("{{ if true }}x", "1:1: unclosed if: there is no {{end}}"),
    ("a\n{{ end }}", "2:8: unexpected {{end}}"),
    ("{{ else }}", "1:4: unexpected {{else}}"),
    ("{{ if 1 }}{{ else }}{{ else }}{{ end }}", "1:24: expected end; found {{else}}"),
    ("{{ 1 | 2 }}", "1:8: non executable command in pipeline stage 2"),
    ("{{ $nothing }}", "1:4: undefined variable \"$nothing\""),
    ("{{ if true }}{{ $x := 1 }}{{ end }}{{ $x }}", "1:39: undefined variable \"$x\""),
    ("{{ nothing }}", "1:4: function \"nothing\" not defined"),
    ("{{ $value | humanise }}", "1:13: function \"humanise\" not defined"),
    ("{{ \"a }}", "1:4: unterminated quoted string"),
    ("{{ `a }}", "1:4: unterminated raw quoted string"),
    ("{{ \"\\q\" }}", "1:4: invalid syntax: an escape that is none"),
    ("{{ (1 }}", "1:7: unexpected }} in parenthesized pipeline"),
    ("{{ 1) }}", "1:5: unexpected \")\" in command"),
    ("{{ $labels.a-b }}", "1:11: bad character '-' behind a name"),
    ("{{ $value > 5 }}", "1:11: unexpected '>' in action"),
    ("{{ $value * 100 }}", "1:11: unexpected '*' in action"),
    ("{{ 5x }}", "1:4: bad number syntax: \"5x\""),
    ("{{ break }}", "1:1: {{break}} outside {{range}}"),
    ("{{/* open", "1:1: unclosed comment"),
    ("{{/* a */ 5}}", "1:1: comment ends before closing delimiter"),
    ("{{ $x, $y := 1 }}", "1:4: too many declarations in command"),
    ("{{ define \"t\" }}{{ $value }}{{ end }}", "1:20: undefined variable \"$value\""),
    (
        "{{ if 1 }}{{ define \"t\" }}{{ end }}{{ end }}",
        "1:11: unexpected {{define}}: it may not stand within another block",
    ),
    ("{{ template x }}", "1:13: unexpected <x> in template clause"),
    ("{{ 1 | | print }}", "1:8: missing value for command"),
    ("{{ 99999999999999999999 }}", "1:4: integer overflow: \"99999999999999999999\""),
];
