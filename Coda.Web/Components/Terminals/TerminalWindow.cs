namespace Coda.Web.Components.Terminals;

/// <summary>How many cells a window shows, as the page measures it.</summary>
internal sealed record TerminalWindow(int Columns, int Rows);
