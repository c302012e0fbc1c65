"""Checks programs of Python: reads sources as lines of JSON, and answers each with a list of
their forms. Programs that differ in texts and names of variables only have equal forms."""
import ast
import builtins
import hashlib
import json
import sys


COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
SCOPES = (ast.FunctionDef, ast.Lambda, *COMPREHENSIONS)


def local_names(scope):
    """Names that a function or comprehension sets, without those of inner ones."""
    names, waiting = [], list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop(0)
        if isinstance(node, ast.arg):
            names.append(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.append(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            names.append(node.name)
        if not isinstance(node, (*SCOPES, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))
    return names


class Plain(ast.NodeTransformer):
    """Replaces strings, and numbers names in the order of their use in each scope."""

    def __init__(self, imported):
        self.fixed = imported | set(dir(builtins))
        self.scopes = [{}]

    def rename(self, name):
        for depth in range(len(self.scopes) - 1, 0, -1):
            if name in self.scopes[depth]:
                return self.scopes[depth][name]
        top = self.scopes[0]
        return name if name in self.fixed and name not in top else top.setdefault(name, f"v{len(top)}")

    def generic_visit(self, node):
        if not isinstance(node, SCOPES):
            return super().generic_visit(node)
        if isinstance(node, ast.FunctionDef):
            node.name = self.rename(node.name)
        depth = len(self.scopes)
        names = dict.fromkeys(local_names(node))
        self.scopes.append({name: f"l{depth}_{i}" for i, name in enumerate(names)})
        super().generic_visit(node)
        self.scopes.pop()
        return node

    def visit_Constant(self, node):
        return ast.Constant("S") if isinstance(node.value, str) else node

    def visit_Name(self, node):
        node.id = self.rename(node.id)
        return node

    def visit_arg(self, node):
        node.arg = self.rename(node.arg)
        return self.generic_visit(node)

    def visit_ClassDef(self, node):
        node.name = self.rename(node.name)
        return self.generic_visit(node)


# Texts of functions of the library, which are the same in all programs.
known = set()


def take_known(tree, source):
    """Removes known functions. Returns their names, which nothing else may set."""
    lines = source.split("\n")
    names, rest = [], []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and "\n".join(lines[node.lineno - 1 : node.end_lineno]) in known:
            names.append(node.name)
        else:
            rest.append(node)
    tree.body = rest
    twice = set(names) & set(local_names(tree)) or len(set(names)) < len(names)
    return {"a name is set twice"} if twice else set(names)


def form(source):
    try:
        tree = ast.parse(source)
        compile(tree, "program", "exec")
    except (SyntaxError, ValueError) as error:
        return {"error": str(error)}
    imports = [node for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom))]
    imported = {alias.asname or alias.name for node in imports for alias in node.names}
    functions = take_known(tree, source)
    plain = repr(sorted(functions)) + ast.dump(Plain(imported | functions).visit(tree), annotate_fields=False)
    return {
        "imports": [ast.unparse(node) for node in imports],
        "statements": len(tree.body),
        "hash": hashlib.sha256(plain.encode()).hexdigest(),
    }


for line in sys.stdin:
    request = json.loads(line)
    known.update(request["known"])
    print(json.dumps([form(source) for source in request["sources"]]), flush=True)
